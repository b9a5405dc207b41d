"""Every message that crosses a service boundary, and who may send, hear and open it."""
