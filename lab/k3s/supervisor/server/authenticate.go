package server

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
)

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
