{{ latest_canonical('database', 'contacts') }}
