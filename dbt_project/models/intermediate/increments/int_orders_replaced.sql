{{ replaced_records('orders', ['order_id'], ['source', 'order_id', 'customer_node', 'ordered_at', 'status']) }}
