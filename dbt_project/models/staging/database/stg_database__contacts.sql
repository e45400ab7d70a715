{{ latest_canonical(source('database', 'contacts'), 'contacts') }}
