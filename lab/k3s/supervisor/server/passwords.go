package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"golang.org/x/crypto/scrypt"
)

const (
	passwordSuffix = ".node-password.k3s"
	secretsPath    = "/api/v1/namespaces/kube-system/secrets"
	orphanAge      = 10 * time.Minute
)

var errHash = errors.New("hash does not match")

// checkPassword holds a node's password against the Secret of its name, and makes the Secret at the first join.
func (s *Server) checkPassword(ctx context.Context, node, password string) (int, error) {
	if !s.apiReady.Load() {
		// Only the server's own agent asks before the API is up; K3s too checks it later.
		go s.checkLater(node, password)
		return 0, nil
	}
	name := node + passwordSuffix
	var secret kube.Secret
	err := s.admin.Get(ctx, secretsPath+"/"+name, &secret)
	// Hashing takes 32 MB each time.
	defer debug.FreeOSMemory()
	if err == nil {
		if !matches(string(secret.Data["hash"]), password) {
			return http.StatusForbidden, fmt.Errorf("unable to verify password for node %s: %w", node, errHash)
		}
		return 0, nil
	}
	if !kube.Is(err, http.StatusNotFound) {
		return http.StatusServiceUnavailable, err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return http.StatusInternalServerError, err
	}
	secret = kube.Secret{APIVersion: "v1", Kind: "Secret", Type: "k3s.cattle.io/node-password", Immutable: true, Data: map[string][]byte{"hash": []byte(hash)}}
	secret.Metadata.Name, secret.Metadata.Namespace = name, "kube-system"
	if err := s.admin.Create(ctx, secretsPath, secret); err != nil {
		logs.Warning("Failed to create node-password secret for node %s, will be verified later: %v", node, err)
	}
	return 0, nil
}

func (s *Server) checkLater(node, password string) {
	for !s.apiReady.Load() {
		time.Sleep(time.Second)
	}
	for attempt := 0; attempt < 20; attempt++ {
		code, err := s.checkPassword(context.Background(), node, password)
		if err == nil {
			return
		}
		if code == http.StatusForbidden {
			logs.Error("%v", err)
			return
		}
		time.Sleep(time.Second)
	}
}

// ownPassword makes a Node the owner of its password's Secret.
func (s *Server) ownPassword(ctx context.Context, node, uid string) error {
	owner := []kube.Owner{{APIVersion: "v1", Kind: "Node", Name: node, UID: uid}}
	return s.admin.Merge(ctx, secretsPath+"/"+node+passwordSuffix, map[string]any{"metadata": map[string]any{"ownerReferences": owner}})
}

// sweepPasswords gives each Secret its Node as owner, and removes old ones whose Node is gone.
func (s *Server) sweepPasswords(ctx context.Context) {
	for ctx.Err() == nil {
		var secrets kube.List[kube.Secret]
		var nodes kube.List[kube.Node]
		if s.admin.Get(ctx, secretsPath+"?fieldSelector=type%3Dk3s.cattle.io%2Fnode-password", &secrets) == nil && s.admin.Get(ctx, "/api/v1/nodes", &nodes) == nil {
			uids := map[string]string{}
			for _, node := range nodes.Items {
				uids[node.Metadata.Name] = node.Metadata.UID
			}
			for _, secret := range secrets.Items {
				node := strings.TrimSuffix(secret.Metadata.Name, passwordSuffix)
				path := secretsPath + "/" + secret.Metadata.Name
				uid, there := uids[node]
				switch {
				case there && len(secret.Metadata.OwnerReferences) == 0:
					s.ownPassword(ctx, node, uid)
				case !there && secret.Metadata.CreationTimestamp != nil && time.Since(*secret.Metadata.CreationTimestamp) > orphanAge:
					if s.admin.Delete(ctx, path) == nil {
						logs.Info("Deleted orphaned node-password secret %s", secret.Metadata.Name)
					}
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
	}
}

// hashPassword makes `$1:salt:n:r:p:key`, cheap on purpose as K3s' own.
func hashPassword(password string) (string, error) {
	salt := make([]byte, 8)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	const n, r, p = 15, 8, 1
	key, err := scrypt.Key([]byte(password), salt, 1<<n, r, p, 64)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$1:%x:%d:%d:%d:%s", salt, n, r, p, base64.RawStdEncoding.EncodeToString(key)), nil
}

func matches(hash, password string) bool {
	fields := strings.Split(hash, ":")
	if len(fields) != 6 {
		return false
	}
	var salt []byte
	if _, err := fmt.Sscanf(fields[1], "%x", &salt); err != nil {
		return false
	}
	numbers := [3]int{}
	for index := range numbers {
		var err error
		if numbers[index], err = strconv.Atoi(fields[2+index]); err != nil {
			return false
		}
	}
	key, err := scrypt.Key([]byte(password), salt, 1<<numbers[0], numbers[1], numbers[2], 64)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(base64.RawStdEncoding.EncodeToString(key)), []byte(fields[5])) == 1
}
