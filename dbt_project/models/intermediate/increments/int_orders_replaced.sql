{{ replaced_records('orders', ['order_id'], order_columns()) }}
