package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"farthing.lab/k3s/logs"
)

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
