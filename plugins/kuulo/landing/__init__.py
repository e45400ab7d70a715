"""Step 2: the vendor's bytes kept as they came, and typed rows made from them."""
