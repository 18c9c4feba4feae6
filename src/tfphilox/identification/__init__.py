"""tfphilox.identification: which calls of TensorFlow made given numbers."""
