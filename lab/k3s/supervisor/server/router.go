package server

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"farthing.lab/k3s/kube"
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

func (s *Server) only(groups []string, handle func(http.ResponseWriter, *http.Request, caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.authenticate(r)
		if err != nil {
			logs.Error("Failed to authenticate request from %s: %v", r.RemoteAddr, err)
			failure(w, http.StatusUnauthorized, "not authorized")
			return
		}
		if !who.in(groups...) {
			failure(w, http.StatusForbidden, "forbidden")
			return
		}
		// The tunnel opens before the kubelet has registered its Node, and has no token to fall back to.
		if strings.HasPrefix(who.name, "system:node:") && who.certed && r.URL.Path != "/v1-k3s/connect" {
			if gone := s.nodeGone(r.Context(), strings.TrimPrefix(who.name, "system:node:")); gone {
				failure(w, http.StatusUnauthorized, "not authorized")
				return
			}
		}
		handle(w, r, who)
	}
}

// nodeGone says whether the Node of a certificate was deleted: its owner has to show the token again.
func (s *Server) nodeGone(ctx context.Context, name string) bool {
	if !s.apiReady.Load() {
		return false
	}
	return kube.Is(s.admin.Get(ctx, "/api/v1/nodes/"+name, nil), http.StatusNotFound)
}

func (s *Server) authenticate(r *http.Request) (caller, error) {
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return s.verifyCertificate(r.TLS.PeerCertificates)
	}
	if user, password, ok := r.BasicAuth(); ok {
		for name, entry := range map[string][2]string{"node": {s.nodePassword, agentGroup}, "server": {s.serverPassword, serverGroup}} {
			if user == name && subtle.ConstantTimeCompare([]byte(password), []byte(entry[0])) == 1 {
				return caller{name: name, groups: []string{entry[1]}}, nil
			}
		}
		// An agent that was given the server token still joins as `node`.
		if user == "node" && subtle.ConstantTimeCompare([]byte(password), []byte(s.serverPassword)) == 1 {
			return caller{name: "node", groups: []string{agentGroup}}, nil
		}
		return caller{}, fmt.Errorf("invalid username/password combination")
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.verifyBootstrap(r.Context(), bearer)
	}
	return caller{name: "system:anonymous", groups: []string{"system:unauthenticated"}}, nil
}

func (s *Server) verifyCertificate(chain []*x509.Certificate) (caller, error) {
	roots := x509.NewCertPool()
	roots.AddCert(s.clientCA.Certificate)
	between := x509.NewCertPool()
	for _, one := range chain[1:] {
		between.AddCert(one)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		return caller{}, err
	}
	return caller{name: chain[0].Subject.CommonName, groups: chain[0].Subject.Organization, certed: true}, nil
}

func (s *Server) verifyBootstrap(ctx context.Context, token string) (caller, error) {
	id, secret, ok := strings.Cut(token, ".")
	if !ok || !s.apiReady.Load() {
		return caller{}, fmt.Errorf("invalid token")
	}
	var stored kube.Secret
	if err := s.admin.Get(ctx, "/api/v1/namespaces/kube-system/secrets/bootstrap-token-"+url.PathEscape(id), &stored); err != nil {
		return caller{}, fmt.Errorf("invalid token")
	}
	if subtle.ConstantTimeCompare(stored.Data["token-secret"], []byte(secret)) != 1 || string(stored.Data["usage-bootstrap-authentication"]) != "true" {
		return caller{}, fmt.Errorf("invalid token")
	}
	if until := string(stored.Data["expiration"]); until != "" {
		if end, err := time.Parse(time.RFC3339, until); err != nil || time.Now().After(end) {
			return caller{}, fmt.Errorf("token is expired")
		}
	}
	groups := append([]string{"system:bootstrappers"}, strings.Split(string(stored.Data["auth-extra-groups"]), ",")...)
	return caller{name: "system:bootstrap:" + id, groups: groups}, nil
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

// apiProxy hands everything else to the API server. Who holds a client certificate is passed on in the front proxy's headers;
// bearer tokens and the anonymous go through as they are.
func (s *Server) apiProxy() http.Handler {
	pool := x509.NewCertPool()
	pool.AddCert(s.serverCA.Certificate)
	plain := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32}
	front, err := tls.LoadX509KeyPair(s.tls("client-auth-proxy.crt"), s.tls("client-auth-proxy.key"))
	if err != nil {
		logs.Fatal("%v", err)
	}
	trusted := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{front}}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32}
	target := &url.URL{Scheme: "https", Host: fmt.Sprintf("127.0.0.1:%d", apiPort)}
	proxyOver := func(transport http.RoundTripper) *httputil.ReverseProxy {
		return &httputil.ReverseProxy{
			Transport:     transport,
			FlushInterval: -1,
			ErrorLog:      log.New(io.Discard, "", 0),
			Rewrite: func(request *httputil.ProxyRequest) {
				request.SetURL(target)
				request.Out.Host = request.In.Host
				request.SetXForwarded()
				for name := range request.Out.Header {
					if strings.HasPrefix(name, "X-Remote-") {
						request.Out.Header.Del(name)
					}
				}
				if who, ok := request.In.Context().Value(callerKey{}).(caller); ok && who.certed {
					request.Out.Header.Set("X-Remote-User", who.name)
					for _, group := range who.groups {
						request.Out.Header.Add("X-Remote-Group", group)
					}
				}
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
				failure(w, http.StatusServiceUnavailable, "apiserver not ready")
			},
		}
	}
	plainProxy, trustedProxy := proxyOver(plain), proxyOver(trusted)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) > 0 {
			who, err := s.verifyCertificate(r.TLS.PeerCertificates)
			if err != nil {
				failure(w, http.StatusUnauthorized, "Unauthorized")
				return
			}
			trustedProxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
			return
		}
		plainProxy.ServeHTTP(w, r)
	})
}

type callerKey struct{}
