// The same scenarios with OpenSSL's libssl, as a program of its own: nothing of Handfast is linked here.
//
//   handfast-bench-openssl --credentials FOLDER [--seconds S] SCENARIO
#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "harness/program.hpp"

namespace handfast::bench {
namespace {

void require(bool good, const char* what) {
  if (good) return;
  ERR_print_errors_fp(stderr);
  throw std::runtime_error(what);
}

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Method = std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>;

/// The wires under a connection.
struct Socket {
  Wire& in;
  Wire& out;
};

int write_wire(BIO* bio, const char* data, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  return static_cast<int>(
      socket.out.write({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)}));
}

int read_wire(BIO* bio, char* into, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto count = socket.in.read({reinterpret_cast<std::uint8_t*>(into), static_cast<std::size_t>(size)});
  if (count != 0) return static_cast<int>(count);
  BIO_set_retry_read(bio);
  return -1;
}

long control_wire(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const char* key_name(KeyType key) { return key == KeyType::ecdsa ? "ecdsa" : "rsa"; }

void set_suite(SSL_CTX* context, Suite suite) {
  switch (suite) {
    case Suite::aes_128_gcm:
      require(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1, "suite");
      return;
    case Suite::aes_256_gcm:
      require(SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384") == 1, "suite");
      return;
    case Suite::chacha20_poly1305:
      require(SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256") == 1, "suite");
      return;
    case Suite::ecdhe_ecdsa_aes_128_gcm:
      require(SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1, "suite");
      return;
    case Suite::rsa_aes_128_gcm:
      require(SSL_CTX_set_cipher_list(context, "AES128-GCM-SHA256") == 1, "suite");
      return;
  }
}

/// What both roles share: one version, one suite, one group, no session cache, and tickets only to resume.
Context make_context(const SSL_METHOD* method, const Scenario& scenario) {
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  require(context != nullptr, "SSL_CTX_new");
  const int version = scenario.is_tls12() ? TLS1_2_VERSION : TLS1_3_VERSION;
  require(SSL_CTX_set_min_proto_version(context.get(), version) == 1, "version");
  require(SSL_CTX_set_max_proto_version(context.get(), version) == 1, "version");
  // libssl's TLS 1.2 counts the curve of an ECDSA certificate among these groups; the server's order makes it
  // X25519 all the same.
  const bool p256_certificate = scenario.is_tls12() && scenario.key == KeyType::ecdsa;
  require(SSL_CTX_set1_groups_list(context.get(), p256_certificate ? "X25519:P-256" : "X25519") == 1,
          "group");
  set_suite(context.get(), scenario.suite);
  if (!scenario.resumed && scenario.tickets == 0) SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), scenario.resumed ? 1 : scenario.tickets);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  return context;
}

void use_credential(SSL_CTX* context, const std::string& folder, const std::string& role, KeyType key) {
  const std::string prefix = folder + "/" + key_name(key) + "-" + role;
  require(SSL_CTX_use_certificate_chain_file(context, (prefix + ".pem").c_str()) == 1, "certificate");
  require(SSL_CTX_use_PrivateKey_file(context, (prefix + ".key").c_str(), SSL_FILETYPE_PEM) == 1, "key");
}

class OpensslSetup {
 public:
  OpensslSetup(const std::string& folder, const Scenario& scenario)
      : client(make_context(TLS_client_method(), scenario)),
        server(make_context(TLS_server_method(), scenario)),
        method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire"), BIO_meth_free),
        resumed(scenario.resumed) {
    const std::string authority = folder + "/" + key_name(scenario.key) + "-authority.pem";
    require(SSL_CTX_load_verify_file(client.get(), authority.c_str()) == 1, "authority");
    SSL_CTX_set_verify(client.get(), SSL_VERIFY_PEER, nullptr);
    use_credential(server.get(), folder, "server", scenario.key);
    if (scenario.mutual) {
      use_credential(client.get(), folder, "client", scenario.key);
      require(SSL_CTX_load_verify_file(server.get(), authority.c_str()) == 1, "authority");
      SSL_CTX_set_client_CA_list(server.get(), SSL_load_client_CA_file(authority.c_str()));
      SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (scenario.resumed) {
      SSL_CTX_set_app_data(client.get(), this);
      SSL_CTX_set_session_cache_mode(client.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
      SSL_CTX_sess_set_new_cb(client.get(), keep_session);
    }
    BIO_meth_set_write(method.get(), write_wire);
    BIO_meth_set_read(method.get(), read_wire);
    BIO_meth_set_ctrl(method.get(), control_wire);
  }

  OpensslSetup(const OpensslSetup&) = delete;
  OpensslSetup& operator=(const OpensslSetup&) = delete;
  ~OpensslSetup() { SSL_SESSION_free(session); }

  Context client;
  Context server;
  Method method;
  SSL_SESSION* session = nullptr;  ///< the newest one of the client
  bool resumed;

 private:
  static int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto& setup = *static_cast<OpensslSetup*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    SSL_SESSION_free(setup.session);
    setup.session = session;
    return 1;  // the reference is ours now
  }
};

class OpensslEndpoint {
 public:
  OpensslEndpoint(OpensslSetup& setup, bool is_client, Wire& in, Wire& out)
      : socket_{in, out},
        ssl_(SSL_new((is_client ? setup.client : setup.server).get())),
        takes_tickets_(is_client && setup.resumed) {
    require(ssl_ != nullptr, "SSL_new");
    BIO* bio = BIO_new(setup.method.get());
    require(bio != nullptr, "BIO_new");
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_, bio, bio);
    if (!is_client) {
      SSL_set_accept_state(ssl_);
      return;
    }
    SSL_set_connect_state(ssl_);
    require(SSL_set1_host(ssl_, "localhost") == 1, "name");
    require(SSL_set_tlsext_host_name(ssl_, "localhost") == 1, "name");
    if (setup.session != nullptr) require(SSL_set_session(ssl_, setup.session) == 1, "session");
  }
  OpensslEndpoint(const OpensslEndpoint&) = delete;
  OpensslEndpoint& operator=(const OpensslEndpoint&) = delete;
  ~OpensslEndpoint() {
    // Else its session counts as broken, and is not resumed.
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl_);
  }

  void advance() {
    if (takes_tickets_ && done()) {  // only a ticket may be left
      require(SSL_read(ssl_, data_.data(), 1) <= 0, "data");
      return;
    }
    const int result = SSL_do_handshake(ssl_);
    if (result != 1) require(SSL_get_error(ssl_, result) == SSL_ERROR_WANT_READ, "handshake");
  }
  [[nodiscard]] bool done() const noexcept { return SSL_is_init_finished(ssl_) == 1; }

  void send(std::span<const std::uint8_t> data) {
    require(SSL_write(ssl_, data.data(), static_cast<int>(data.size())) == static_cast<int>(data.size()),
            "SSL_write");
  }
  void receive(std::size_t expected) {
    for (std::size_t got = 0; got < expected;) {
      const int count = SSL_read(ssl_, data_.data(), static_cast<int>(data_.size()));
      require(count > 0, "SSL_read");
      got += static_cast<std::size_t>(count);
    }
  }
  [[nodiscard]] bool resumed() const noexcept { return SSL_session_reused(ssl_) == 1; }
  void rest() { require(SSL_free_buffers(ssl_) == 1, "SSL_free_buffers"); }

 private:
  Socket socket_;
  SSL* ssl_;
  bool takes_tickets_;
  std::array<std::uint8_t, 16384> data_;
};

struct OpensslLibrary {
  using Setup = OpensslSetup;
  using Endpoint = OpensslEndpoint;
};

Figures measure_one(const ProgramOptions& options, const Scenario& scenario) {
  // OpenSSL 3.0 has no ML-KEM; primitives and the choice among certificates are no matter of libssl.
  if (scenario.group != Group::x25519 || scenario.kind == Kind::primitives || scenario.kind == Kind::names)
    return {};
  Figures figures = measure<OpensslLibrary>(options.folder, scenario, options.seconds);
  // All is C here: there are no allocations of another kind.
  std::erase_if(figures, [](const Figure& figure) { return figure.name.ends_with("_own_allocations"); });
  return figures;
}

}  // namespace
}  // namespace handfast::bench

int main(int argc, char** argv) {
  using namespace handfast::bench;
  return run_program(argc, argv, OpenSSL_version(OPENSSL_VERSION), measure_one);
}
