// Two self-made certificates with their keys, for fuzzers that need the same ones in every run. They protect
// nothing.
#pragma once
#include <string_view>

namespace handfast::fuzz {

inline constexpr std::string_view ed25519_key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIF4o7NOkhNkYfcQnxebXg18scQPx5iTCd+L6ZVicUWtQ\n"
    "-----END PRIVATE KEY-----\n";

inline constexpr std::string_view ed25519_certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBVTCCAQegAwIBAgIUD5ycNeIC4auQvJZmSXMi+6ooRzgwBQYDK2VwMBQxEjAQ\n"
    "BgNVBAMMCWxvY2FsaG9zdDAgFw0yNjExMjQwNDIzMDdaGA8yMTI2MTAzMTA0MjMw\n"
    "N1owFDESMBAGA1UEAwwJbG9jYWxob3N0MCowBQYDK2VwAyEATsZR/biA5YUWN2Nf\n"
    "wDhC9iWsTOIB6bfM05S2AuC7wwKjaTBnMB0GA1UdDgQWBBSNrfHMOST+CURTRqUf\n"
    "a1XfiM5DCjAfBgNVHSMEGDAWgBSNrfHMOST+CURTRqUfa1XfiM5DCjAUBgNVHREE\n"
    "DTALgglsb2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQBJr4MPhK/Y\n"
    "qo7J5p37vRescCxCOU39+OxR1b3NmzqvwmdbRlKRsWSob2YO5miI7wAuZhxTtVHb\n"
    "umk+1Mq77IAL\n"
    "-----END CERTIFICATE-----\n";

inline constexpr std::string_view rsa_key =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDMhRUW1yRwZ3Hx\n"
    "HsQD2UBBwhhyAZgtipD+I9pSefir/OAh7/JIU82ofEcOXhENrgJESjYstRxJK9zq\n"
    "9G1wyjJ7fKPK8Xra0bNwEq1zU9oY4MTarOXZ2lu6kfdy1IIQS3fg5f2w1NGf4Mkr\n"
    "MfkC73A3+YJb8xvsvTNRzs+l0NX3LHL1cChZM2/2KUCNWIFnvQE8gr8x2z5VWopy\n"
    "bDap1kX4qGqeKfywC9x5rffwk1LBcBkgvYJDLYY15TDpFNDWEM402xkmrc0O6t4+\n"
    "NU6ED54Rxu8gsXrjjqhJfTP57J3iLkhSnmOp6o6jZJvlptmF3GLXyKs8ALuMCUU5\n"
    "BykmpIC5AgMBAAECggEACrfuza5OJUCb+BxkqXmj+c5HpFybsnH7UgEPBW40WiR7\n"
    "7/YN/JG9ICy4jJ2MHJYXXaeGBKcj6bHNd4LX5Ca0qUQe/BkrwcwRBg6fMywcggaa\n"
    "9TBFMOWraQZoBtycSb5VdLPuV8DPkPwhjuH6QEJ23yLJx4fg2XIQ/niYPq3IiOue\n"
    "EW9ljU4qpOUIODw0pLt+sV+uCEpYoqzRlN/ZvtcpP40H/zEpipi7ZQm0Nn/iLrUX\n"
    "fk2lH9WMHgjb0CXrU+JScqatIcSvMaPmBfocMD5VUs3y4iWAh0blDAFeJMoAz1sy\n"
    "WjY2kzqX5uC5TKvZfHhOGWMR7w1YigTUIY7XbxIzAQKBgQD0cGWFBcIcOHn8aoHB\n"
    "NrjybEHRXn0JWTDFm8Oip62hebMAqowSEGW4Q8K7K4AX4K5i420VENKxveSgazOK\n"
    "/WGCoMsUWDvhwi0Mg7YzUDoMMJGQWNCUQgjCNM8QrTNI/rmAg9wz8Gd1iOLHAFfi\n"
    "6FWl5hhAy1ew22tyWdX7a/dOiwKBgQDWMVrQF++KxHduefZjGlje8o+ubJT+v1WT\n"
    "a56+Ph20SzYLOhbnwnX+NyEB7B+zbiCnR0Q+4BGXYcSZwh+fWg1ulipFXpuWKFZK\n"
    "odcxfJckemfUCm8DGDlzxxWHz0v+uZ3+qMDvax1Mq8CgOGcmff00eFwX/wZKJBeZ\n"
    "8tioUc86SwKBgCp9XyhAV/2P06SM3wE3Ae8h4k8CnbmCR3gSG2+qtgPbo8H5419A\n"
    "em4NWUwvw5Ri+e02mz+OLRG4cIVyHQOMB+ctDB/9NmuH1UzXmFRTHcQArUzqI1ei\n"
    "IuOfSl8bvE5z+MreIOjmYRWNNd5hsOVAfaLY3F5m+ldDzOmTtB6AJf0BAoGAZXrY\n"
    "tcLBYROYKiVqkKWI+Ygefts+9Dsehkv019mCJUuE/Wi2NXOyh5EC+HAwzMgefGKN\n"
    "eOScMQbHKLoKVWtK9dv7hwY93LSbvZxT4kRPL5821gVjdyng/nOSRdf2/2Zd7qtx\n"
    "TX2IUi0FhGN0q44BivyDVXMkPbg/3lZqQ8UO02UCgYARxSWC1fFylaA9vW1d0Z9e\n"
    "oMUsZpMM8UkJpT2BNn1IJDJrDK9v0ltEw1asYehu7dEcGhTTibPFJM9oyrp14+qV\n"
    "HC1erjOQqzoo/HdUkSw8LW6TKV9pcOrWhLXPnFbWIqNCmRRWf8qmdhTVQODDQJt/\n"
    "FMzvxnB7v6uKP82uepRF7g==\n"
    "-----END PRIVATE KEY-----\n";

inline constexpr std::string_view rsa_certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDITCCAgmgAwIBAgIULkQ9Ar7cNYvsiHCr9jg9siM68sYwDQYJKoZIhvcNAQEL\n"
    "BQAwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA0MjMwOFoYDzIxMjYx\n"
    "MDMxMDQyMzA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwggEiMA0GCSqGSIb3DQEB\n"
    "AQUAA4IBDwAwggEKAoIBAQDMhRUW1yRwZ3HxHsQD2UBBwhhyAZgtipD+I9pSefir\n"
    "/OAh7/JIU82ofEcOXhENrgJESjYstRxJK9zq9G1wyjJ7fKPK8Xra0bNwEq1zU9oY\n"
    "4MTarOXZ2lu6kfdy1IIQS3fg5f2w1NGf4MkrMfkC73A3+YJb8xvsvTNRzs+l0NX3\n"
    "LHL1cChZM2/2KUCNWIFnvQE8gr8x2z5VWopybDap1kX4qGqeKfywC9x5rffwk1LB\n"
    "cBkgvYJDLYY15TDpFNDWEM402xkmrc0O6t4+NU6ED54Rxu8gsXrjjqhJfTP57J3i\n"
    "LkhSnmOp6o6jZJvlptmF3GLXyKs8ALuMCUU5BykmpIC5AgMBAAGjaTBnMB0GA1Ud\n"
    "DgQWBBRU3dx4tZGOv9dsvYg2xK4C1IZgvjAfBgNVHSMEGDAWgBRU3dx4tZGOv9ds\n"
    "vYg2xK4C1IZgvjAPBgNVHRMBAf8EBTADAQH/MBQGA1UdEQQNMAuCCWxvY2FsaG9z\n"
    "dDANBgkqhkiG9w0BAQsFAAOCAQEAIB1jSQ/UVXPcfjbQ6bAP+V59ALPsfqV3uRXz\n"
    "bgd8DeqrI8cY65eTgpmIbsUQW3y5WosQqEuhyau+vpwfh2qCpG/0FT89EsxpWdh5\n"
    "ifGo0sX/9FsQXZa3Zhq1uxbzwsknqFBmwYbEuI4BxgPYyo3EEYlniXApKO5mJEj9\n"
    "GL2XzsqikvSmjIVYs1bd6TTWZP5Gp+wTNxYSVdCfQFpyCIEek2gt/U04VHxjCnar\n"
    "G7cdo6WK0xtFNiuT5JQh7XzpGD9ZiPrvmWIVqGfPGj+11bm+cUEQDaCwb0bh9pPn\n"
    "6OfiyGvQv/jhUp9xPV1EKCzFvY8TXIlJtfzccKCh4kV7F7Nj0w==\n"
    "-----END CERTIFICATE-----\n";

}  // namespace handfast::fuzz
