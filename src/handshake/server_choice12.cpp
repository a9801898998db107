// What a server picks from a ClientHello for TLS 1.2 (RFC 5246 §7.4.1.3, RFC 8422 §5).
#include <algorithm>

#include "config/credential_contents.hpp"
#include "crypto/key_exchange.hpp"
#include "handshake/certificate_type.hpp"
#include "handshake/server_handshake.hpp"
#include "handshake/tls12.hpp"
#include "x509/certificate.hpp"

namespace handfast::handshake {
namespace {

using message::ClientHello;
using schedule::KeyExchange;
using schedule::SuiteInfo;

// RFC 8422 §5.1.1: without the extension any curve will do; P-256 is the one that all know.
// [8422:4#1] [8422:5.1#2,3]
std::optional<NamedGroup> choose_curve(const ServerSettings& settings, const ClientHello& hello) {
  const auto& groups = hello.extensions.supported_groups;
  for (const NamedGroup group : settings.policy.groups) {
    if (!crypto::is_classical(group)) continue;
    if (groups ? groups->named_group_list.contains(group) : group == NamedGroup::secp256r1) return group;
  }
  return std::nullopt;
}

// RFC 8422 §5.3: a client that names curves names those of certificates, too [8422:5.3#3,4] [5246:7.4.2#13].
bool knows_curve(const ClientHello& hello, const crypto::PublicKey& key) {
  const auto& groups = hello.extensions.supported_groups;
  const std::optional<NamedGroup> curve = crypto::curve_of(key.type());
  return !groups || !curve || groups->named_group_list.contains(*curve);
}

// Whether this certificate can serve this suite; fills the scheme that signs the key exchange.
bool fits(const ServerSettings& settings, const ClientHello& hello, const SuiteInfo& suite,
          const Credential& credential, Proof& proof) {
  const Credential::Contents& contents = credential.contents();
  if (contents.delegation) return false;  // RFC 9345 §3: not before TLS 1.3
  const crypto::KeyType type = contents.public_key.type();
  if (suite.key_exchange == KeyExchange::rsa) {
    if (type != crypto::KeyType::rsa || !contents.private_key) return false;
    if (!contents.allows(x509::KeyUsage::key_encipherment)) return false;
    proof = {&credential, SignatureScheme{}};
    return true;
  }
  const bool rsa = type == crypto::KeyType::rsa || type == crypto::KeyType::rsa_pss;
  if (rsa != (suite.authentication == schedule::Authentication::rsa)) return false;
  if (!contents.allows(x509::KeyUsage::digital_signature)) return false;
  if (!knows_curve(hello, contents.public_key)) return false;
  // RFC 5246 §7.4.1.4.1: without signature_algorithms only SHA-1 is left, which is not spoken here.
  // [5246:7.4.1.4.1#3,6] [5246:7.4.3#3]
  if (!hello.extensions.signature_algorithms) return false;
  const auto scheme = choose_scheme(settings.policy, credential,
                                    hello.extensions.signature_algorithms->supported_signature_algorithms,
                                    ProtocolVersion::tls12);
  if (!scheme) return false;
  proof = {&credential, *scheme};
  return true;
}

// The first certificate for the name that serves the suite; then any.
bool choose_credential(const ServerConfig& config, const ClientHello& hello, const RequestedName& name,
                       const SuiteInfo& suite, Choice& choice) {
  const ServerSettings& settings = config.settings();
  const auto use = [&](const Credential& credential, bool /*by its trust anchor*/) {
    return suits_client(credential, hello, false) && fits(settings, hello, suite, credential, choice.proof);
  };
  for (const bool by_name : {true, false}) {
    const Places places = by_name ? name.places : config.directory().all();
    if (try_credentials(settings, hello, places, {}, use)) {  // TLS 1.2 knows no trust anchors
      choice.acknowledge_name = by_name || (settings.acknowledge_server_name && name.sent);
      return true;
    }
    if (name.sent && settings.refuse_unknown_names) return false;
  }
  return false;
}

bool try_suite(const ServerConfig& config, const ClientHello& hello, const RequestedName& name,
               CipherSuite value, std::optional<NamedGroup> curve, Choice& choice) {
  const SuiteInfo* suite = schedule::suite_info(value);
  // [5246:7.4.1.2#2] [5246:A.5#1,2]
  if (suite == nullptr || suite->version != ProtocolVersion::tls12) return false;
  if (suite->key_exchange == KeyExchange::ecdhe && !curve) return false;
  if (!choose_credential(config, hello, name, *suite, choice)) return false;
  choice.suite = value;
  if (suite->key_exchange == KeyExchange::ecdhe) choice.group = *curve;
  return true;
}

Result<> check_hello(const ServerHandshake& hs, const ClientHello& hello) {
  const Policy& policy = hs.settings().policy;
  const auto& extensions = hello.extensions;
  const Bytes compression = hello.legacy_compression_methods;
  if (std::find(compression.begin(), compression.end(), 0) ==
      compression.end())  // [5246:7.4.1.2#5] [8446:4.1.2#12]
    return fail(ErrorCode::illegal_value, "legacy_compression_methods without null");
  // RFC 8422 §5.1.2 [8422:5.1.2#2]
  if (extensions.ec_point_formats &&
      !extensions.ec_point_formats->ec_point_format_list.contains(ECPointFormat::uncompressed))
    return fail(ErrorCode::illegal_value, "ec_point_formats without uncompressed");
  // RFC 5746 §3.6: in a first handshake there is nothing to renegotiate [5746:3.6#2,3].
  if (extensions.renegotiation_info && !extensions.renegotiation_info->renegotiated_connection.empty())
    return fail(ErrorCode::illegal_value, AlertDescription::handshake_failure,
                "renegotiation_info is not empty");
  const bool secure = extensions.renegotiation_info ||
                      hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
  if (!secure && policy.require_secure_renegotiation)
    return fail(ErrorCode::missing_extension, AlertDescription::handshake_failure,
                "the client does not know renegotiation_info, which the policy requires");
  if (!extensions.extended_master_secret && policy.require_extended_master_secret)
    return fail(ErrorCode::missing_extension, AlertDescription::handshake_failure,
                "the client does not know extended_master_secret, which the policy requires");
  return {};
}

}  // namespace

Result<Choice> choose_resumed12(ServerHandshake& hs, const ClientHello& hello) {
  if (auto ok = check_hello(hs, hello); !ok) return fail(ok.error());
  // RFC 7301 §3.1: the protocol belongs to the connection, not to the session.
  if (auto ok = choose_protocol(hs, hello); !ok) return fail(ok.error());
  Choice choice;
  choice.suite = hs.session->cipher_suite;
  return choice;  // RFC 6066 §3: server_name is not acknowledged again [6066:3#7]
}

Result<Choice> choose12(ServerHandshake& hs, const ClientHello& hello) {
  const ServerSettings& settings = hs.settings();
  if (auto ok = check_hello(hs, hello); !ok) return fail(ok.error());
  if (auto ok = choose_certificate_types(hs, hello); !ok) return fail(ok.error());
  if (auto ok = choose_protocol(hs, hello); !ok) return fail(ok.error());
  const RequestedName name(*hs.config, hello);
  if (settings.refuse_unknown_names && name.sent && name.places.empty())
    return fail(ErrorCode::no_certificate_for_name);
  const std::optional<NamedGroup> curve = choose_curve(settings, hello);
  Choice choice;
  if (settings.prefer_client_order) {
    Preferences<CipherSuite, 32> tried;  // each value once, however often a client repeats it
    for (const CipherSuite suite : hello.cipher_suites) {
      if (!settings.policy.cipher_suites.contains(suite) || !tried.add(suite)) continue;
      if (try_suite(*hs.config, hello, name, suite, curve, choice)) return choice;
    }
  } else {
    for (const CipherSuite suite : settings.policy.cipher_suites)
      if (hello.cipher_suites.contains(suite) && try_suite(*hs.config, hello, name, suite, curve, choice))
        return choice;
  }
  return fail(ErrorCode::no_common_cipher_suite);
}

}  // namespace handfast::handshake
