{{ latest_canonical('files', 'contacts') }}
