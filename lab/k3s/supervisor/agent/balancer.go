package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"farthing.lab/k3s/logs"
)

// balancer is the agent's own way to the servers: plain TCP from 127.0.0.1:6444 to one server at a time.
// The list is kept on disk, so that a node starts again when the server it joined through is gone.
type balancer struct {
	path string
	lock sync.Mutex
	list struct {
		ServerURL       string   `json:"ServerURL"`
		ServerAddresses []string `json:"ServerAddresses"`
	}
	fallback string
	current  string
}

func (a *Agent) startBalancer(ctx context.Context) error {
	host, err := hostOf(a.serverURL)
	if err != nil {
		return err
	}
	b := &balancer{path: a.file("etc", "k3s-agent-load-balancer.json"), fallback: host, current: host}
	if content, err := os.ReadFile(b.path); err == nil && json.Unmarshal(content, &b.list) == nil && b.list.ServerURL == a.serverURL {
		logs.Debugf("read %d servers from %s", len(b.list.ServerAddresses), b.path)
	} else {
		b.list.ServerURL, b.list.ServerAddresses = a.serverURL, nil
	}
	address := "127.0.0.1:" + a.settings.Text("lb-server-port")
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	a.supervisorURL = "https://" + address
	a.balancer = b
	logs.Info("Running load balancer k3s-agent-load-balancer %s -> %v [default: %s]", address, b.list.ServerAddresses, host)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(connection)
		}
	}()
	return nil
}

func (b *balancer) candidates() []string {
	b.lock.Lock()
	defer b.lock.Unlock()
	list := []string{b.current}
	for _, address := range append(append([]string{}, b.list.ServerAddresses...), b.fallback) {
		if address != b.current {
			list = append(list, address)
		}
	}
	return list
}

func (b *balancer) serve(client net.Conn) {
	defer client.Close()
	for _, address := range b.candidates() {
		server, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			logs.Debugf("Dial error from load balancer k3s-agent-load-balancer: %v", err)
			continue
		}
		b.lock.Lock()
		b.current = address
		b.lock.Unlock()
		defer server.Close()
		done := make(chan struct{}, 2)
		pipe := func(to, from net.Conn) {
			io.Copy(to, from)
			if half, ok := to.(*net.TCPConn); ok {
				half.CloseWrite()
			}
			done <- struct{}{}
		}
		go pipe(server, client)
		go pipe(client, server)
		<-done
		<-done
		return
	}
}

// update keeps the servers' addresses.
func (b *balancer) update(addresses []string) error {
	b.lock.Lock()
	defer b.lock.Unlock()
	if len(addresses) == 0 || fmt.Sprint(addresses) == fmt.Sprint(b.list.ServerAddresses) {
		return nil
	}
	b.list.ServerAddresses = addresses
	logs.Info("Updated load balancer k3s-agent-load-balancer server addresses -> %v [default: %s]", addresses, b.fallback)
	content, err := json.MarshalIndent(b.list, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(b.path, content, 0o600)
}

func (a *Agent) followServers(ctx context.Context) {
	for ctx.Err() == nil {
		if content, err := a.client.get("/v1-k3s/apiservers", nil); err == nil {
			var addresses []string
			if json.Unmarshal(content, &addresses) == nil {
				if err := a.balancer.update(addresses); err != nil {
					logs.Error("%v", err)
				}
			}
		}
		sleep(ctx, time.Minute)
	}
}
