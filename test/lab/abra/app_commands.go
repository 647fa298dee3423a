// `abra app`: creates, deploys, undeploys and removes apps, and runs commands in them.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
)

var domainLine = regexp.MustCompile(`(?m)^DOMAIN=[^\r\n]*`)

// newApp writes the .env from the recipe's sample, with the domain and the version.
func newApp(words []string, f flags) error {
	recipe, version := word(words, 0), word(words, 1)
	switch {
	case recipe == "":
		return fmt.Errorf("no recipe provided")
	case f.domain == "":
		return fmt.Errorf("no domain provided")
	case f.server == "":
		return fmt.Errorf("no server provided")
	case !slices.Contains(servers(), f.server):
		return fmt.Errorf("no server is called %s", f.server)
	}
	text, err := sampleAt(recipe, version, f)
	if err != nil {
		return err
	}
	if line := domainLine.FindStringIndex(text); line != nil {
		text = text[:line[0]] + "DOMAIN=" + f.domain + text[line[1]:]
	}
	if err := writeNew(envPath(f.server, f.domain), text); err != nil {
		return err
	}
	if f.secrets {
		if err := generateSecrets([]string{f.domain}, flags{all: true}); err != nil {
			return err
		}
	}
	fmt.Println(f.domain + " created")
	return nil
}

// sampleAt moves the clone to the version, by default the newest, and returns the sample with that version. With
// chaos the clone stays as it is.
func sampleAt(recipe, version string, f flags) (string, error) {
	if err := ensureRecipe(recipe, f.offline || f.chaos); err != nil {
		return "", err
	}
	if !f.chaos {
		if err := refuseUnstaged(recipe); err != nil {
			return "", err
		}
	}
	if version == "" {
		found, err := newest(recipe)
		if err != nil {
			return "", err
		}
		version = found
	}
	if !f.chaos && version != "" {
		if err := checkout(recipe, version); err != nil {
			return "", err
		}
	}
	sample, err := os.ReadFile(clonePath(recipe, ".env.sample"))
	if err != nil {
		return "", fmt.Errorf("%s has no .env.sample", recipe)
	}
	if version == "" {
		return string(sample), nil
	}
	return withVersion(string(sample), recipe, version)
}

func writeNew(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists?", path)
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

func deployApp(words []string, f flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	return deploy(a, word(words, 1), f)
}

// upgradeApp prints the release notes of the target.
func upgradeApp(words []string, f flags) error {
	recipe, version, err := redeploy(words, f)
	if err != nil {
		return err
	}
	notes, _ := os.ReadFile(clonePath(recipe, "release", version))
	fmt.Println(string(notes))
	return nil
}

func rollBackApp(words []string, f flags) error {
	_, _, err := redeploy(words, f)
	return err
}

// redeploy deploys the requested version, by default the newest, of a deployed app.
func redeploy(words []string, f flags) (recipe, version string, err error) {
	a, err := findDeployed(word(words, 0))
	if err != nil {
		return "", "", err
	}
	if err := ensureRecipe(a.recipe, f.offline); err != nil {
		return "", "", err
	}
	version = word(words, 1)
	if version == "" {
		if version, err = newest(a.recipe); err != nil {
			return "", "", err
		}
	}
	f.force = true
	return a.recipe, version, deploy(a, version, f)
}

func findDeployed(domain string) (app, error) {
	a, err := findApp(domain)
	if err != nil {
		return a, err
	}
	names, err := serviceNames(a.stack)
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s is not deployed?", a.domain)
	}
	return a, err
}

func undeployApp(words []string, _ flags) error {
	a, err := findDeployed(word(words, 0))
	if err != nil {
		return err
	}
	_, err = docker("stack", "rm", a.stack)
	return err
}

func printLogs(words []string, _ flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	text, err := docker("service", "logs", a.stack+"_"+or(word(words, 1), "app"))
	if err == nil {
		fmt.Println(text)
	}
	return err
}

// runInApp runs a command in a container of the service, with this process's standard streams.
func runInApp(words []string, _ flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	service := a.stack + "_" + word(words, 1)
	found, err := docker("ps", "--quiet", "--filter", "label=com.docker.swarm.service.name="+service)
	if err != nil {
		return err
	}
	containers := lines(found)
	if len(containers) == 0 {
		return fmt.Errorf("no containers matching %s found?", service)
	}
	argv := append([]string{"exec", "-i", containers[0]}, words[min(len(words), 2):]...)
	cmd := exec.Command("docker", argv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
