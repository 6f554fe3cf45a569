"""What people do: one function a use case. Nothing here knows Flask or commits."""
