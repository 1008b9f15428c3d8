package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/pki"
	"github.com/rancher/remotedialer"
)

const (
	agentGroup     = "k3s:agent"
	serverGroup    = "k3s:server"
	nodesGroup     = "system:nodes"
	bootstrapGroup = "system:bootstrappers:k3s:default-node-token"
)

// caller is who sent a request.
type caller struct {
	name   string
	groups []string
	certed bool
}

func (c caller) in(groups ...string) bool {
	for _, have := range c.groups {
		for _, want := range groups {
			if have == want {
				return true
			}
		}
	}
	return false
}

func (s *Server) listen(ctx context.Context) error {
	pair, err := tls.LoadX509KeyPair(s.tls("serving-kube-apiserver.crt"), s.tls("serving-kube-apiserver.key"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(s.settings.Text("bind-address"), fmt.Sprint(s.port)))
	if err != nil {
		return err
	}
	s.tunnel = remotedialer.New(s.authorizeTunnel, remotedialer.DefaultErrorWriter)
	server := &http.Server{
		Handler:           s.router(),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 32 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() {
		if err := server.ServeTLS(listener, "", ""); err != nil && ctx.Err() == nil {
			logs.Fatal("server stopped: %v", err)
		}
	}()
	return nil
}

func (s *Server) router() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) { text(w, []byte("pong")) })
	mux.HandleFunc("GET /cacerts", func(w http.ResponseWriter, _ *http.Request) { text(w, s.serverCA.PEM) })
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServer(http.Dir(filepath.Join(s.folder, "static")))))
	agents := []string{agentGroup, serverGroup, nodesGroup, bootstrapGroup}
	mux.HandleFunc("GET /v1-k3s/config", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(s.control)
	}))
	mux.HandleFunc("GET /v1-k3s/readyz", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) {
		if !s.coreUp.Load() {
			failure(w, http.StatusServiceUnavailable, "runtime core not ready")
			return
		}
		text(w, []byte("ok"))
	}))
	mux.HandleFunc("GET /v1-k3s/apiservers", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) {
		if !s.coreUp.Load() {
			failure(w, http.StatusServiceUnavailable, "runtime core not ready")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode([]string{fmt.Sprintf("%s:%d", s.nodeIP, s.port)})
	}))
	mux.HandleFunc("GET /v1-k3s/client-ca.crt", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) { text(w, s.clientCA.PEM) }))
	mux.HandleFunc("GET /v1-k3s/server-ca.crt", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) { text(w, s.serverCA.PEM) }))
	for _, name := range []string{"client-kube-proxy", "client-k3s-controller"} {
		mux.HandleFunc("/v1-k3s/"+name+".crt", s.only(agents, func(w http.ResponseWriter, _ *http.Request, _ caller) { s.sharedPair(w, name) }))
	}
	mux.HandleFunc("/v1-k3s/serving-kubelet.crt", s.only(agents, func(w http.ResponseWriter, r *http.Request, who caller) { s.nodeCertificate(w, r, who, true) }))
	mux.HandleFunc("/v1-k3s/client-kubelet.crt", s.only(agents, func(w http.ResponseWriter, r *http.Request, who caller) { s.nodeCertificate(w, r, who, false) }))
	mux.HandleFunc("/v1-k3s/connect", s.only([]string{nodesGroup}, func(w http.ResponseWriter, r *http.Request, _ caller) { s.tunnel.ServeHTTP(w, r) }))
	servers := []string{serverGroup}
	mux.HandleFunc("GET /v1-k3s/server-bootstrap", s.only(servers, func(w http.ResponseWriter, _ *http.Request, _ caller) {
		failure(w, http.StatusBadRequest, "etcd disabled")
	}))
	mux.HandleFunc("GET /v1-k3s/encrypt/status", s.only(servers, func(w http.ResponseWriter, _ *http.Request, _ caller) { s.encryptionStatus(w) }))
	for _, path := range []string{"token", "encrypt/config", "cert/cacerts", "cert/status"} {
		mux.HandleFunc("/v1-k3s/"+path, s.only(servers, func(w http.ResponseWriter, _ *http.Request, _ caller) {
			failure(w, http.StatusNotImplemented, "stand-in: not in the stand-in")
		}))
	}
	mux.Handle("/", s.apiProxy())
	return mux
}

func text(w http.ResponseWriter, content []byte) {
	w.Header().Set("Content-Type", "text/plain")
	w.Write(content)
}

// failure answers as the Kubernetes API does, with a Status.
func failure(w http.ResponseWriter, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "message": message,
		"reason": strings.ReplaceAll(http.StatusText(code), " ", ""), "code": code,
	})
}

func (s *Server) sharedPair(w http.ResponseWriter, name string) {
	certificate, err := os.ReadFile(s.tls(name + ".crt"))
	if err != nil {
		failure(w, http.StatusInternalServerError, err.Error())
		return
	}
	key, err := os.ReadFile(s.tls(name + ".key"))
	if err != nil {
		failure(w, http.StatusInternalServerError, err.Error())
		return
	}
	text(w, append(certificate, key...))
}

// nodeCertificate signs a kubelet's certificate after the node's password was looked at.
func (s *Server) nodeCertificate(w http.ResponseWriter, r *http.Request, who caller, serving bool) {
	name, password := r.Header.Get("k3s-Node-Name"), r.Header.Get("k3s-Node-Password")
	if name == "" || password == "" {
		failure(w, http.StatusBadRequest, "node name or password not set")
		return
	}
	if who.certed && strings.HasPrefix(who.name, "system:node:") && who.name != "system:node:"+name {
		failure(w, http.StatusForbidden, "forbidden")
		return
	}
	if !s.apiReady.Load() && name != s.name {
		failure(w, http.StatusServiceUnavailable, "runtime core not ready")
		return
	}
	if code, err := s.checkPassword(r.Context(), name, password); err != nil {
		logs.Error("%v", err)
		failure(w, code, err.Error())
		return
	}
	authority, file := s.clientCA, "client-kubelet"
	leaf := pki.Leaf{CommonName: "system:node:" + name, Organization: []string{nodesGroup}}
	if serving {
		authority, file = s.serverCA, "serving-kubelet"
		leaf = pki.Leaf{CommonName: name, Names: append([]string{name, "localhost", "127.0.0.1"}, strings.Split(r.Header.Get("k3s-Node-IP"), ",")...), Server: true}
	}
	key, err := pki.ReadKey(s.tls(file + ".key"))
	if err != nil {
		failure(w, http.StatusInternalServerError, err.Error())
		return
	}
	public := key.Public()
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err != nil {
			failure(w, http.StatusBadRequest, err.Error())
			return
		}
		if len(body) > 0 {
			request, err := x509.ParseCertificateRequest(body)
			if err != nil || request.CheckSignature() != nil {
				failure(w, http.StatusBadRequest, "invalid certificate request")
				return
			}
			public = request.PublicKey
		}
	}
	content, err := authority.Sign(leaf, public)
	if err != nil {
		failure(w, http.StatusInternalServerError, err.Error())
		return
	}
	if r.Method != http.MethodPost {
		secret, err := os.ReadFile(s.tls(file + ".key"))
		if err != nil {
			failure(w, http.StatusInternalServerError, err.Error())
			return
		}
		content = append(content, secret...)
	}
	text(w, content)
}

func (s *Server) encryptionStatus(w http.ResponseWriter) {
	status := map[string]any{"enable": s.settings.On("secrets-encryption"), "stage": "start", "activekey": "", "hashmatch": true}
	if s.settings.On("secrets-encryption") {
		status["activekey"] = map[string]string{"aescbc": "AES-CBC aescbckey", "secretbox": "XSalsa20-POLY1305 secretboxkey"}[s.settings.Text("secrets-encryption-provider")]
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(status)
}

type callerKey struct{}
