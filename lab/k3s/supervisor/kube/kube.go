// Package kube is a small client of the Kubernetes API over plain JSON.
//
// The usual client library would add 30 MB to every agent's memory; the stand-in has to leave room on hosts of 1 GiB.
package kube

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Object is any Kubernetes object.
type Object map[string]any

// Client talks to one API server.
type Client struct {
	base string
	http *http.Client
}

// Status is an answer that is not a success.
type Status struct {
	Code    int
	Message string
}

func (s *Status) Error() string { return s.Message }

// Is says whether an error is an answer of that HTTP code.
func Is(err error, code int) bool {
	var status *Status
	return errors.As(err, &status) && status.Code == code
}

// New makes a client from PEM files.
func New(base, ca, certificate, key string) (*Client, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(content)
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}},
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
		TLSHandshakeTimeout: 10 * time.Second,
	}
	return &Client{base: base, http: &http.Client{Transport: transport}}, nil
}

// Do sends one request and reads the answer's JSON into out, if given.
func (c *Client) Do(ctx context.Context, method, path, kind string, body any, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	answer, err := c.send(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if text, ok := out.(*string); ok {
		content, err := io.ReadAll(answer.Body)
		*text = string(content)
		return err
	}
	if out == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

func (c *Client) send(ctx context.Context, method, path, kind string, body any) (*http.Response, error) {
	var reader io.Reader
	switch content := body.(type) {
	case nil:
	case []byte:
		reader = bytes.NewReader(content)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "k3s/v1.36.3+lab1")
	request.Header.Set("Accept", "application/json")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		defer answer.Body.Close()
		content, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
		var status struct{ Message string }
		if json.Unmarshal(content, &status) != nil || status.Message == "" {
			status.Message = fmt.Sprintf("%s %s: %s %s", method, path, answer.Status, strings.TrimSpace(string(content)))
		}
		return nil, &Status{Code: answer.StatusCode, Message: status.Message}
	}
	return answer, nil
}

// Get reads one object.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.Do(ctx, http.MethodGet, path, "", nil, out)
}

// Create posts an object.
func (c *Client) Create(ctx context.Context, path string, body any) error {
	return c.Do(ctx, http.MethodPost, path, "application/json", body, nil)
}

// Delete removes an object; one that is not there is no error.
func (c *Client) Delete(ctx context.Context, path string) error {
	err := c.Do(ctx, http.MethodDelete, path+"?propagationPolicy=Background", "", nil, nil)
	if Is(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// Merge sends a JSON merge patch.
func (c *Client) Merge(ctx context.Context, path string, body any) error {
	return c.Do(ctx, http.MethodPatch, path, "application/merge-patch+json", body, nil)
}

// Apply does a server-side apply that takes over fields of others.
func (c *Client) Apply(ctx context.Context, path, manager string, body any) error {
	return c.Do(ctx, http.MethodPatch, path+"?force=true&fieldManager="+manager, "application/apply-patch+yaml", body, nil)
}

// List is a list answer of objects of one kind.
type List[T any] struct {
	Metadata struct{ ResourceVersion string }
	Items    []T
}

// Watch lists and then follows a collection until the context ends. It calls changed with each object as it is, and gone with deleted ones;
// synced is called after each full list, and what was known and is not in the new list counts as gone.
func Watch[T any](ctx context.Context, c *Client, path string, name func(T) string, changed func(T), gone func(T)) {
	known := map[string]T{}
	for ctx.Err() == nil {
		if err := watchOnce(ctx, c, path, known, name, changed, gone); err != nil && ctx.Err() == nil {
			select {
			case <-time.After(2 * time.Second):
			case <-ctx.Done():
			}
		}
	}
}

func watchOnce[T any](ctx context.Context, c *Client, path string, known map[string]T, name func(T) string, changed, gone func(T)) error {
	var list List[T]
	if err := c.Get(ctx, path, &list); err != nil {
		return err
	}
	present := map[string]bool{}
	for _, item := range list.Items {
		present[name(item)] = true
		known[name(item)] = item
		changed(item)
	}
	for key, item := range known {
		if !present[key] {
			delete(known, key)
			gone(item)
		}
	}
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	ctx, cancel := context.WithTimeout(ctx, 6*time.Minute)
	defer cancel()
	answer, err := c.send(ctx, http.MethodGet, path+separator+"watch=1&timeoutSeconds=300&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	decoder := json.NewDecoder(answer.Body)
	for {
		var event struct {
			Type   string
			Object json.RawMessage
		}
		if err := decoder.Decode(&event); err != nil {
			return err
		}
		if event.Type == "ERROR" {
			return errors.New(string(event.Object))
		}
		var item T
		if err := json.Unmarshal(event.Object, &item); err != nil {
			return err
		}
		switch event.Type {
		case "ADDED", "MODIFIED":
			known[name(item)] = item
			changed(item)
		case "DELETED":
			delete(known, name(item))
			gone(item)
		}
	}
}
