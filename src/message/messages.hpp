// All messages, and the list of them for what has to treat every one: the annotator, the fuzzers, the tests.
#pragma once
#include <tuple>

#include "message/alert.hpp"
#include "message/authentication.hpp"
#include "message/client_hello.hpp"
#include "message/encrypted_extensions.hpp"
#include "message/post_handshake.hpp"
#include "message/server_hello.hpp"
#include "message/tls12.hpp"

namespace handfast::message {

/// Every handshake message that is described.
using AllMessages =
    std::tuple<ClientHello, ServerHello, HelloRetryRequest, EncryptedExtensions, CertificateRequest,
               Certificate, CertificateVerify, Finished, NewSessionTicket, KeyUpdate, EndOfEarlyData,
               CompressedCertificate, HelloRequest, Certificate12, RawPublicKey12, CertificateStatus,
               ServerKeyExchange, CertificateRequest12, ServerHelloDone, EncryptedPreMasterSecret,
               ClientECDiffieHellmanPublic, NewSessionTicket12>;

}  // namespace handfast::message
