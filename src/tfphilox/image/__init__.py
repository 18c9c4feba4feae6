"""image: tf.image, as far as it draws random numbers; and `drawn_factor`, which is not there.

Each function draws one or a few numbers and does something deterministic with the picture. Both
have TensorFlow's bits, except for JPEG compression, whose codec is not reproduced:
`drawn_factor` gives the quality, as it gives the number that any of the others draws.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "boxes": "sample_distorted_bounding_box stateless_sample_distorted_bounding_box",
        "colors": (
            "drawn_factor random_brightness random_contrast random_hue random_jpeg_quality"
            " random_saturation stateless_random_brightness stateless_random_contrast"
            " stateless_random_hue stateless_random_jpeg_quality stateless_random_saturation"
        ),
        "crops": "random_crop stateless_random_crop",
        "flips": (
            "random_flip_left_right random_flip_up_down stateless_random_flip_left_right"
            " stateless_random_flip_up_down"
        ),
    },
)
