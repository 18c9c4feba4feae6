"""_c: the doors to C: buffers in, the GIL off, status codes to exceptions; no arithmetic."""
