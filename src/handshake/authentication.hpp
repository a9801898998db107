// Certificate and CertificateVerify, for both roles (RFC 8446 §4.4).
#pragma once
#include <array>

#include "config/credential_contents.hpp"
#include "crypto/hash.hpp"
#include "crypto/signature.hpp"
#include "handshake/handshake.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {

/// What a CertificateVerify signs: 64 spaces, who signs, a zero octet, the transcript (RFC 8446 §4.4.3).
class SignatureContent {
 public:
  SignatureContent(Role signer, const crypto::Digest& transcript) noexcept;
  [[nodiscard]] Bytes view() const noexcept { return {octets_.data(), size_}; }

 private:
  std::array<std::uint8_t, 64 + 33 + 1 + crypto::max_digest_size> octets_;
  std::size_t size_;
};

/// Which certificate to show, and how to prove it.
struct Proof {
  const Credential* credential = nullptr;
  SignatureScheme scheme{};
};

using SchemeList = wire::List<SignatureScheme, 2, 2, 0xfffe>;

/// Whether each certificate of the chain is signed in a way that the peer says it can check. As in
/// verification, the curve of a scheme does not count.
[[nodiscard]] bool is_signed_acceptably(const Credential& credential, const SchemeList& accepted) noexcept;

/// Whether a client may show this chain to a server that accepts these: they sign it, or the credential says
/// that this does not matter [5246:7.4.4#1] [5246:7.4.6#9] [8446:4.4.2.3#2].
[[nodiscard]] bool may_be_shown(const Credential& credential, const SchemeList& accepted) noexcept;

/// A server asked for a certificate and this is what there is: whether the client is content with it.
/// Errors: no_fitting_credential.
Result<> check_requirement(const ClientSettings& settings, const Proof& proof) noexcept;

/// Whether the credential is shown to peers only that name one of its issuers.
[[nodiscard]] bool looks_at_issuers(const Credential& credential, bool otherwise) noexcept;

/// Says in the summary which of our credentials was shown; null: none.
void note_credential(Handshake& handshake, std::span<const Credential> credentials,
                     const Credential* shown) noexcept;

/// The first scheme in our order that the peer accepts, the key can make, and the version allows in handshake
/// messages; none: no value.
[[nodiscard]] std::optional<SignatureScheme> choose_scheme(const Policy& policy, const Credential& credential,
                                                           const SchemeList& accepted,
                                                           ProtocolVersion version) noexcept;

/// Why a client shows a credential to no server that asks as this one did (Summary::withheld).
namespace withheld {
inline constexpr const char* kind = "the server takes no certificate of this kind";
inline constexpr const char* scheme =
    "the server takes no signature that its key can make and the policy allows";
inline constexpr const char* chain = "its chain is signed in a way that the server does not take";
inline constexpr const char* key_type = "the server takes no certificate with a key of this type";
inline constexpr const char* authorities = "none of the authorities that the server names has issued it";
inline constexpr const char* trust_anchors = "the server asks for the trust anchor of another certificate";
}  // namespace withheld

/// Whether a certificate of the chain was issued by one of these (DER names).
[[nodiscard]] bool is_issued_by(const Credential& credential, const auto& authorities) {
  for (const Bytes authority : authorities)
    for (const Octets& issuer : credential.contents().issuers)
      if (equal(authority, issuer)) return true;
  return false;
}

/// The same, or that it does not matter: for the credential, or because nobody is named. `matters`: whether
/// it does if the credential does not say.
[[nodiscard]] bool suits_authorities(const Credential& credential, const auto& authorities, bool matters) {
  return authorities.empty() || !looks_at_issuers(credential, matters) ||
         is_issued_by(credential, authorities);
}

/// Which answers to requests a Certificate carries.
struct CertificateExtras {
  bool ocsp = false;
  bool signed_certificate_timestamps = false;
  bool trust_anchors = false;         ///< the chain was chosen by them; of the peer's: it may be
  bool delegated_credential = false;  ///< of the peer's alone: ours depends on which credential is shown
};
/// Our Certificate message; `context` is that of the CertificateRequest. Null credential: an empty list.
/// `compression`: how it is compressed; null: not at all.
Result<> send_certificate(Handshake& handshake, const Credential* credential, Bytes context,
                          CertificateExtras extras, const CertificateCompression* compression);

/// RFC 8446 §4.4.2: what stands beside a certificate was asked for [8446:4.4.2#6,7]. RFC 9345 §4.1: a
/// delegated credential that was not is an unexpected_message.
Result<> check_entries(const message::Certificate& certificate, CertificateExtras asked);
/// Keeps the peer's chain and stapled data, or its raw public key, for verification and summary; a delegated
/// credential, once it is found valid. Errors: also bad_delegated_credential.
Result<> keep_certificates(Handshake& handshake, const CommonSettings& settings,
                           const message::Certificate& certificate);

/// The peer's leaf, read at the first call and kept until verify_peer() goes on with it or needs it no more.
/// It lives no longer. Errors: those of Certificate::parse, as a decode_error where it is no DER at all.
Result<const x509::Certificate*> peer_leaf(Handshake& handshake);

/// The key that the peer showed, which must allow this use (KeyUsage) if it is a certificate's.
/// Errors: those of peer_leaf(); certificate_unsupported.
Result<crypto::PublicKey> peer_key(Handshake& handshake, std::uint16_t key_usage);

/// The whole chain against roots, time, purpose and name: in place, or as a question.
/// `key_is_sound`: peer_key() made the leaf's key. Fails with what is wrong. Fills the summary.
Task<> verify_peer(Handshake& handshake, const CommonSettings& settings, const ServerName* name,
                   bool verifies, bool key_is_sound);

/// Asks the application whether the peer of a session is still trusted: handshake.trusted. The session lives
/// until it answers.
Task<> ask_about_session(Handshake& handshake, const Session& session, const ServerName* name);

/// The peer's chain, judged by roots, time, purpose and name as they are now. `name`: null on a server.
/// `key_is_sound`: the leaf's key has been seen at work. `leaf`: what read_leaf() made of it; empty: nothing.
[[nodiscard]] x509::Verification verify_chain(const Handshake& handshake, const CommonSettings& settings,
                                              const ServerName* name, std::span<const Bytes> chain,
                                              Bytes ocsp_response, bool key_is_sound,
                                              std::vector<x509::Candidate> leaf = {});
/// Whether the peer of a session, if it showed who it is, passes full verification as things are now.
/// `judged`: what was found of its chain, if that is wanted.
[[nodiscard]] bool is_trusted_still(const Handshake& handshake, const CommonSettings& settings,
                                    const ServerName* name, const Session& session,
                                    std::unique_ptr<x509::Verification>* judged = nullptr);
/// The peer of a session is the peer of this connection: its chain stands for the one that is not sent.
void keep_session_peer(Handshake& handshake, const Session& session);

/// CertificateVerify of the peer, against the leaf it showed. Gives the scheme. `before`: the transcript up
/// to and with the Certificate.
Task<SignatureScheme> receive_certificate_verify(Handshake& handshake, const CommonSettings& settings,
                                                 const crypto::Digest& before);

/// The verify_data of a Finished, compared in constant time. Errors: truncated, trailing_data, bad_finished.
Result<> check_verify_data(Bytes received, Bytes expected);

/// The peer's Finished; `base_key` is its handshake traffic secret.
Task<> receive_finished(Handshake& handshake, crypto::HashAlgorithm hash, Bytes base_key);
/// Our Finished.
Result<> send_finished(Handshake& handshake, crypto::HashAlgorithm hash, Bytes base_key);

}  // namespace handfast::handshake
