"""Tables in files: read from what people upload, written to what they download."""
