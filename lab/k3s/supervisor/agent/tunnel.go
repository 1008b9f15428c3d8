package agent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"

	"farthing.lab/k3s/logs"
	"github.com/gorilla/websocket"
	"github.com/rancher/remotedialer"
)

// runTunnel keeps a websocket to the server open, through which the API server reaches this node's kubelet.
func (a *Agent) runTunnel(ctx context.Context) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.client.ca)
	host, err := hostOf(a.serverURL)
	if err != nil {
		return
	}
	allowed := func(protocol, address string) bool {
		target, port, err := net.SplitHostPort(address)
		if err != nil || protocol != "tcp" || port != "10250" {
			return false
		}
		if target == "127.0.0.1" || target == a.name {
			return true
		}
		for _, own := range append(append([]string{}, a.nodeIPs...), a.externals...) {
			if target == own {
				return true
			}
		}
		return false
	}
	for ctx.Err() == nil {
		pair, err := tls.LoadX509KeyPair(a.file("client-kubelet.crt"), a.file("client-kubelet.key"))
		if err != nil {
			logs.Error("Failed to load the tunnel's certificate: %v", err)
			sleep(ctx, 5*time.Second)
			continue
		}
		dialer := &websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}, HandshakeTimeout: 10 * time.Second}
		err = remotedialer.ConnectToProxy(ctx, "wss://"+host+"/v1-k3s/connect", nil, allowed, dialer, func(context.Context, *remotedialer.Session) error {
			logs.Info("Remotedialer connected to proxy")
			return nil
		})
		if err != nil && ctx.Err() == nil && !strings.Contains(err.Error(), "close") {
			logs.Error("Remotedialer proxy error; reconnecting...: %v", err)
		}
		sleep(ctx, 2*time.Second)
	}
}
