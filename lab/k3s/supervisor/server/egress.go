package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"farthing.lab/k3s/logs"
)

// nodeTable knows whose address an address is.
type nodeTable struct {
	lock      sync.Mutex
	byAddress map[string]string
}

func (t *nodeTable) set(name string, addresses []string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for address, owner := range t.byAddress {
		if owner == name {
			delete(t.byAddress, address)
		}
	}
	for _, address := range addresses {
		t.byAddress[address] = name
	}
}

func (t *nodeTable) owner(address string) string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.byAddress[address]
}

func (s *Server) authorizeTunnel(r *http.Request) (string, bool, error) {
	who, err := s.authenticate(r)
	if err != nil {
		return "", false, err
	}
	name, ok := strings.CutPrefix(who.name, "system:node:")
	return name, ok && who.certed, nil
}

// listenEgress takes the API server's connections to nodes (HTTP CONNECT on a socket) and sends those for kubelets through the node's tunnel.
func (s *Server) listenEgress(ctx context.Context) (string, error) {
	path := filepath.Join(s.folder, "egress.sock")
	os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		return "", err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.egress(ctx, connection)
		}
	}()
	return path, nil
}

func (s *Server) egress(ctx context.Context, client net.Conn) {
	defer client.Close()
	reader := bufio.NewReader(client)
	request, err := http.ReadRequest(reader)
	if err != nil || request.Method != http.MethodConnect {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	target, err := s.dial(ctx, request.Host)
	if err != nil {
		logs.Debugf("egress to %s: %v", request.Host, err)
		io.WriteString(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer target.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	go func() { io.Copy(target, reader); done <- struct{}{} }()
	go func() { io.Copy(client, target); done <- struct{}{} }()
	<-done
}

func (s *Server) dial(ctx context.Context, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if owner := s.nodes.owner(host); owner != "" && port == "10250" {
		if s.tunnel.HasSession(owner) {
			return s.tunnel.Dialer(owner)(ctx, "tcp", address)
		}
		logs.Debugf("No tunnel to node %s, dialing directly", owner)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", address)
}
