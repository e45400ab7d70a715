{{ moment_changes('orders', ['source', 'order_id'], ['source', 'order_id', 'customer_node', 'ordered_at', 'status'], 'ordered_at') }}
