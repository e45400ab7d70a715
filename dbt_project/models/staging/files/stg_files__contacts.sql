{{ latest_canonical(source('files', 'contacts'), 'contacts') }}
