"""curl as a client of handfast serve: what people and scripts use."""
import interop
from interop import CURVES, KINDS, SUITES13, Cases, Ended, Serve, World, equal
from openssl_test import GROUPS, openssl_name, refused_text

