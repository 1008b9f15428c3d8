// k3s: the lab's stand-in for K3s. See ../README.md for what it keeps of the real one, and what not.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"farthing.lab/k3s/agent"
	"farthing.lab/k3s/children"
	"farthing.lab/k3s/flannel"
	"farthing.lab/k3s/logs"
	"farthing.lab/k3s/server"
	"farthing.lab/k3s/settings"
	"farthing.lab/k3s/userland"
)

// Version and Commit are set by the build.
var (
	Version = "v1.36.3+lab1"
	Commit  = "lab"
)

func main() {
	debug.SetGCPercent(50)
	name := filepath.Base(os.Args[0])
	arguments := os.Args[1:]
	switch name {
	case "flannel":
		if err := flannel.Plugin(); err != nil {
			fmt.Printf(`{"cniVersion":"1.0.0","code":999,"msg":%q}`+"\n", err.Error())
			os.Exit(1)
		}
		return
	case "kubectl", "ctr", "crictl":
		pass(name, arguments)
	}
	if len(arguments) == 0 {
		usage()
		return
	}
	word, rest := arguments[0], arguments[1:]
	switch word {
	case "server":
		run(settings.ServerOnly, rest)
	case "agent":
		run(settings.AgentOnly, rest)
	case "kubectl", "ctr", "crictl":
		pass(word, rest)
	case "token":
		tokenCommand(rest)
	case "secrets-encrypt":
		secretsCommand(rest)
	case "etcd-snapshot":
		snapshotCommand(rest)
	case "certificate":
		certificateCommand(rest)
	case "check-config":
		fmt.Println("stand-in: check-config is not in the stand-in")
	case "--version", "-v", "version":
		fmt.Printf("k3s version %s (%s)\ngo version %s\n", Version, Commit, goVersion())
	case "help", "--help", "-h":
		usage()
	default:
		fmt.Printf("No help topic for '%s'\n", word)
		os.Exit(3)
	}
}

func usage() {
	fmt.Printf(`NAME:
   k3s - Kubernetes, but small and simple (the lab's stand-in)

USAGE:
   k3s [global options] command [command options]

VERSION:
   %s (%s)

COMMANDS:
   server           Run management server
   agent            Run node agent
   kubectl          Run kubectl
   crictl           Run crictl
   ctr              Run ctr
   token            Manage tokens
   etcd-snapshot    (not in the stand-in)
   secrets-encrypt  Control secrets encryption
   certificate      Manage certificates
   help, h          Shows a list of commands or help for one command
`, Version, Commit)
}

func run(role settings.Role, arguments []string) {
	for _, argument := range arguments {
		if argument == "--help" || argument == "-h" {
			fmt.Println("Flags:")
			for _, flag := range settings.Flags {
				if flag.Role&role != 0 {
					fmt.Println("   --" + flag.Name)
				}
			}
			return
		}
	}
	read, err := settings.Read(role, arguments, os.LookupEnv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "Incorrect Usage: %v\n\n", err)
		logs.Fatal("%v", err)
	}
	logs.Debug = read.On("debug")
	if os.Geteuid() != 0 {
		logs.Fatal("must run as root unless --rootless and/or --disable-agent is specified")
	}
	if err := read.Note(); err != nil {
		logs.Fatal("%v", err)
	}
	dataDir := read.Text("data-dir")
	bin, err := userland.Ensure(dataDir)
	if err != nil {
		logs.Fatal("%v", err)
	}
	os.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if role == settings.ServerOnly {
		logs.Info("Starting k3s %s (%s)", Version, Commit)
		err = server.Run(ctx, server.Options{Settings: read, DataDir: dataDir, Bin: bin}, notifyReady)
	} else {
		err = runAgent(ctx, read, dataDir, bin)
	}
	if ctx.Err() != nil {
		children.Stop()
		return
	}
	if err != nil {
		logs.Fatal("%v", err)
	}
}

func runAgent(ctx context.Context, read *settings.Settings, dataDir, bin string) error {
	token, err := read.Secret("token")
	if err != nil {
		return err
	}
	if token == "" && read.Text("token-file") == "" {
		return fmt.Errorf("--token is required")
	}
	if read.Text("server") == "" {
		return fmt.Errorf("--server is required")
	}
	logs.Info("Starting k3s agent %s (%s)", Version, Commit)
	return agent.Run(ctx, agent.Options{Settings: read, DataDir: dataDir, Bin: bin, ServerURL: read.Text("server"), Token: token}, func() {
		logs.Info("k3s agent is up and running")
		notifyReady()
	})
}

// notifyReady tells systemd, which lets `systemctl start` return.
func notifyReady() {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	connection, err := net.Dial("unixgram", path)
	if err != nil {
		logs.Error("failed to notify systemd: %v", err)
		return
	}
	defer connection.Close()
	connection.Write([]byte("READY=1\n"))
}
