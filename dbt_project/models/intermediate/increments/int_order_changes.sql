{{ moment_changes('orders', ['source', 'order_id'], order_columns(), 'ordered_at') }}
