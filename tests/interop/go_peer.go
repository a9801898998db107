// Go's crypto/tls as a peer. Reads one command a line, as JSON, and answers each with lines of JSON: a client's
// with what came of the connection, a server's with its port first. Keeps to what Go 1.19 has.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"time"
)

// Command is one connection to make or to take.
type Command struct {
	Role        string // "client" or "server"
	Port        int    // a client's
	Authority   string // PEM file
	Certificate string // PEM file; none: no certificate of ours
	Key         string
	ClientAuth  string // a server's: "no", "optional" or "required"
	Versions    [2]uint16
	Suites      []uint16 // of TLS 1.2; Go lets nobody choose those of TLS 1.3
	Groups      []tls.CurveID
	Protocols   []string
	Request     []byte // a client's; a server echoes
}

// Result is what this side saw.
type Result struct {
	Error    string
	Version  uint16
	Suite    uint16
	Protocol string
	Name     string // server_name that a client asked for
	Peer     string // subject of the peer's certificate
	Received []byte
}

const patience = 30 * time.Second

func (command *Command) config() (*tls.Config, error) {
	pem, err := os.ReadFile(command.Authority)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", command.Authority)
	}
	config := &tls.Config{
		RootCAs:          authorities,
		ClientCAs:        authorities,
		ServerName:       "localhost",
		MinVersion:       command.Versions[0],
		MaxVersion:       command.Versions[1],
		CipherSuites:     command.Suites,
		CurvePreferences: command.Groups,
		NextProtos:       command.Protocols,
	}
	config.ClientAuth = map[string]tls.ClientAuthType{
		"optional": tls.VerifyClientCertIfGiven,
		"required": tls.RequireAndVerifyClientCert,
	}[command.ClientAuth]
	if command.Certificate != "" {
		certificate, err := tls.LoadX509KeyPair(command.Certificate, command.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

func (result *Result) take(state tls.ConnectionState) {
	result.Version = state.Version
	result.Suite = state.CipherSuite
	result.Protocol = state.NegotiatedProtocol
	result.Name = state.ServerName
	if len(state.PeerCertificates) != 0 {
		result.Peer = state.PeerCertificates[0].Subject.String()
	}
}

// The client sends its request and reads to the end; the server echoes to the end, and closes.
func (command *Command) talk(conn *tls.Conn, result *Result) error {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if err := conn.Handshake(); err != nil {
		return err
	}
	result.take(conn.ConnectionState())
	if command.Role == "server" {
		_, err := io.Copy(conn, io.TeeReader(conn, (*collector)(result)))
		return err
	}
	if _, err := conn.Write(command.Request); err != nil {
		return err
	}
	_, err := io.Copy((*collector)(result), conn)
	return err
}

type collector Result

func (collected *collector) Write(octets []byte) (int, error) {
	collected.Received = append(collected.Received, octets...)
	return len(octets), nil
}

func (command *Command) run(say func(any)) (result Result) {
	fail := func(err error) Result {
		result.Error = err.Error()
		return result
	}
	config, err := command.config()
	if err != nil {
		return fail(err)
	}
	if command.Role == "client" {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", command.Port), patience)
		if err != nil {
			return fail(err)
		}
		if err := command.talk(tls.Client(conn, config), &result); err != nil {
			return fail(err)
		}
		return result
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return fail(err)
	}
	defer listener.Close()
	listener.SetDeadline(time.Now().Add(patience))
	say(map[string]int{"Port": listener.Addr().(*net.TCPAddr).Port})
	conn, err := listener.Accept()
	if err != nil {
		return fail(err)
	}
	if err := command.talk(tls.Server(conn, config), &result); err != nil {
		return fail(err)
	}
	return result
}

func main() {
	output := json.NewEncoder(os.Stdout)
	say := func(what any) {
		if err := output.Encode(what); err != nil {
			os.Exit(1)
		}
	}
	say(map[string]string{"Go": runtime.Version()})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var command Command
		if err := json.Unmarshal(lines.Bytes(), &command); err != nil {
			say(Result{Error: err.Error()})
			continue
		}
		say(command.run(say))
	}
}
