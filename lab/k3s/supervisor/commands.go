package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"farthing.lab/k3s/agent"
	"farthing.lab/k3s/kube"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/server"
	"farthing.lab/k3s/tokens"
	"farthing.lab/k3s/userland"
)

const defaultDataDir = "/var/lib/rancher/k3s"

func goVersion() string { return runtime.Version() }

// pass hands over to a program of the userland.
func pass(name string, arguments []string) {
	dataDir := defaultDataDir
	if given := os.Getenv("K3S_DATA_DIR"); given != "" {
		dataDir = given
	}
	bin, err := userland.Ensure(dataDir)
	if err != nil {
		logs.Fatal("%v", err)
	}
	environment := os.Environ()
	if name == "kubectl" && os.Getenv("KUBECONFIG") == "" {
		given := false
		for _, argument := range arguments {
			if argument == "--kubeconfig" || strings.HasPrefix(argument, "--kubeconfig=") {
				given = true
			}
		}
		if !given {
			if _, err := os.Stat(server.DefaultKubeconfig); err == nil {
				if file, err := os.Open(server.DefaultKubeconfig); err != nil {
					logs.Warning("Unable to read %s, please start server with --write-kubeconfig-mode or --write-kubeconfig-group to modify kube config permissions", server.DefaultKubeconfig)
				} else {
					file.Close()
				}
				environment = append(environment, "KUBECONFIG="+server.DefaultKubeconfig)
			}
		}
	}
	if name == "ctr" {
		if os.Getenv("CONTAINERD_ADDRESS") == "" {
			environment = append(environment, "CONTAINERD_ADDRESS="+agent.Socket)
		}
		if os.Getenv("CONTAINERD_NAMESPACE") == "" {
			environment = append(environment, "CONTAINERD_NAMESPACE=k8s.io")
		}
	}
	logs.Fatal("%v", syscall.Exec(filepath.Join(bin, name), append([]string{name}, arguments...), environment))
}

func folderOf(set *flag.FlagSet, arguments []string) (string, []string) {
	dataDir := set.String("data-dir", defaultDataDir, "folder of state")
	set.StringVar(dataDir, "d", defaultDataDir, "folder of state")
	if err := set.Parse(arguments); err != nil {
		os.Exit(1)
	}
	return filepath.Join(*dataDir, "server"), set.Args()
}

func adminClient(folder string) *kube.Client {
	client, err := kube.New("https://127.0.0.1:6443", filepath.Join(folder, "tls", "server-ca.crt"), filepath.Join(folder, "tls", "client-admin.crt"), filepath.Join(folder, "tls", "client-admin.key"))
	if err != nil {
		logs.Fatal("%v", err)
	}
	return client
}

const tokenSecrets = "/api/v1/namespaces/kube-system/secrets"

func tokenCommand(arguments []string) {
	if len(arguments) == 0 {
		fmt.Println("USAGE:\n   k3s token create|delete|generate|list|rotate")
		return
	}
	word, rest := arguments[0], arguments[1:]
	set := flag.NewFlagSet("token", flag.ContinueOnError)
	ttl := set.Duration("ttl", 24*time.Hour, "how long the token is good; 0 is for ever")
	description := set.String("description", "", "what the token is for")
	format := set.String("output", "text", "text or json")
	set.StringVar(format, "o", "text", "text or json")
	folder, positional := folderOf(set, rest)
	ctx := context.Background()
	switch word {
	case "generate":
		fmt.Println(tokens.NewBootstrap())
	case "create":
		token := tokens.NewBootstrap()
		if len(positional) > 0 {
			token = positional[0]
		}
		parsed, err := tokens.Parse(token)
		if err != nil || parsed.Bootstrap == "" {
			logs.Fatal("the bootstrap token %q was not of the form %q", token, `\A([a-z0-9]{6})\.([a-z0-9]{16})\z`)
		}
		id, secret, _ := strings.Cut(parsed.Bootstrap, ".")
		data := map[string][]byte{
			"token-id": []byte(id), "token-secret": []byte(secret), "usage-bootstrap-authentication": []byte("true"), "usage-bootstrap-signing": []byte("true"),
			"auth-extra-groups": []byte("system:bootstrappers:k3s:default-node-token"),
		}
		if *description != "" {
			data["description"] = []byte(*description)
		}
		if *ttl > 0 {
			data["expiration"] = []byte(time.Now().Add(*ttl).UTC().Format(time.RFC3339))
		}
		object := kube.Secret{APIVersion: "v1", Kind: "Secret", Type: "bootstrap.kubernetes.io/token", Data: data}
		object.Metadata.Name, object.Metadata.Namespace = "bootstrap-token-"+id, "kube-system"
		if err := adminClient(folder).Create(ctx, tokenSecrets, object); err != nil {
			logs.Fatal("%v", err)
		}
		ca, err := os.ReadFile(filepath.Join(folder, "tls", "server-ca.crt"))
		if err != nil {
			logs.Fatal("%v", err)
		}
		text, err := tokens.FormatBootstrap(ca, parsed.Bootstrap)
		if err != nil {
			logs.Fatal("%v", err)
		}
		fmt.Println(text)
	case "list":
		var list kube.List[kube.Secret]
		if err := adminClient(folder).Get(ctx, tokenSecrets+"?fieldSelector=type%3Dbootstrap.kubernetes.io%2Ftoken", &list); err != nil {
			logs.Fatal("%v", err)
		}
		writer := tabwriter.NewWriter(os.Stdout, 10, 4, 3, ' ', 0)
		fmt.Fprintln(writer, "TOKEN\tTTL\tEXPIRES\tUSAGES\tDESCRIPTION\tEXTRA GROUPS")
		for _, one := range list.Items {
			left, until := "<forever>", "<never>"
			if text := string(one.Data["expiration"]); text != "" {
				if end, err := time.Parse(time.RFC3339, text); err == nil {
					left, until = time.Until(end).Round(time.Minute).String(), text
				}
			}
			shown := string(one.Data["description"])
			if shown == "" {
				shown = "<none>"
			}
			fmt.Fprintf(writer, "%s\t%s\t%s\tauthentication,signing\t%s\t%s\n", one.Data["token-id"], left, until, shown, one.Data["auth-extra-groups"])
		}
		writer.Flush()
	case "delete":
		for _, one := range positional {
			id, _, _ := strings.Cut(one, ".")
			if err := adminClient(folder).Delete(ctx, tokenSecrets+"/bootstrap-token-"+id); err != nil {
				logs.Fatal("%v", err)
			}
			fmt.Printf("bootstrap token %q deleted\n", id)
		}
	default:
		logs.Fatal("stand-in: token %s is not in the stand-in", word)
	}
}

func secretsCommand(arguments []string) {
	if len(arguments) == 0 || arguments[0] != "status" {
		logs.Fatal("stand-in: only `secrets-encrypt status` is in the stand-in")
	}
	folder, _ := folderOf(flag.NewFlagSet("secrets-encrypt", flag.ContinueOnError), arguments[1:])
	content, err := supervisorGet(folder, "/v1-k3s/encrypt/status")
	if err != nil {
		logs.Fatal("see server log for details: %v", err)
	}
	var status struct {
		Enable    bool
		Stage     string
		ActiveKey string
	}
	if err := json.Unmarshal(content, &status); err != nil {
		logs.Fatal("%v", err)
	}
	if !status.Enable {
		fmt.Println("Encryption Status: Disabled, no configuration file found")
		return
	}
	fmt.Printf("Encryption Status: Enabled\nCurrent Rotation Stage: %s\nServer Encryption Hashes: All hashes match\n\n", status.Stage)
	kind, name, _ := strings.Cut(status.ActiveKey, " ")
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(writer, "Active\tKey Type\tName\n------\t--------\t----\n *\t%s\t%s\n", kind, name)
	writer.Flush()
}

func supervisorGet(folder, path string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(folder, "token"))
	if err != nil {
		return nil, err
	}
	token, err := tokens.Parse(strings.TrimSpace(string(content)))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(filepath.Join(folder, "tls", "server-ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	request, err := http.NewRequest(http.MethodGet, "https://127.0.0.1:6443"+path, nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth("server", token.Password)
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func snapshotCommand(arguments []string) {
	_, err := os.Stat(filepath.Join(defaultDataDir, "server", "token"))
	if err != nil {
		logs.Fatal("see server log for details: https://127.0.0.1:6443/db/info: %v", err)
	}
	logs.Fatal("see server log for details: https://127.0.0.1:6443/db/snapshot: 400 Bad Request: etcd datastore disabled")
}
