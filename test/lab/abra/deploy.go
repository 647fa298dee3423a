// Deploys an app: checks everything first, then changes the swarm.
package main

import (
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/docker/cli/cli/compose/types"
)

func deploy(a app, requested string, f flags) error {
	if err := refuseDeployed(a, f.force); err != nil {
		return err
	}
	if err := ensureRecipe(a.recipe, f.offline || f.chaos); err != nil {
		return err
	}
	version, err := moveClone(a, requested, f.chaos)
	if err != nil {
		return err
	}
	env := deployEnv(a.recipe, a.stack, a.env)
	config, err := loadChecked(a, env, f)
	if err != nil {
		return err
	}

	labels := labelsOf(a, version, f.chaos)
	if err := stackDeploy(a, env, labels); err != nil {
		return err
	}
	if err := writeLog(a, version); err != nil {
		return err
	}
	if !f.skipConverge {
		if err := converge(a, timeoutOf(a, config)); err != nil {
			return err
		}
	}
	return recordVersion(a, version, f.chaos)
}

func refuseDeployed(a app, force bool) error {
	if force {
		return nil
	}
	names, err := serviceNames(a.stack)
	if err == nil && len(names) > 0 {
		err = fmt.Errorf("%s is already deployed", a.domain)
	}
	return err
}

// moveClone checks out the requested version, else the .env's, else the newest. Chaos takes the clone as it is.
func moveClone(a app, requested string, chaos bool) (string, error) {
	if chaos {
		return chaosVersion(a.recipe)
	}
	if err := refuseUnstaged(a.recipe); err != nil {
		return "", err
	}
	version := or(requested, a.version)
	if version == "" {
		found, err := newest(a.recipe)
		if err != nil {
			return "", err
		}
		if found == "" {
			return "", fmt.Errorf("%s has no versions", a.recipe)
		}
		version = found
	}
	return version, checkout(a.recipe, version)
}

// loadChecked returns the merged compose files, if lint, secrets and DNS allow the deploy.
func loadChecked(a app, env map[string]string, f flags) (*types.Config, error) {
	config, loadError := loadCompose(a.recipe, composeFiles(a.env), env)
	if !f.chaos {
		broken, err := lint(a.recipe, loadError)
		if err != nil {
			return nil, err
		}
		if len(broken) > 0 {
			return nil, fmt.Errorf("recipe %s failed lint checks: %s", a.recipe, strings.Join(broken, ", "))
		}
	}
	if loadError != nil {
		return nil, loadError
	}
	if err := refuseMissingSecrets(config); err != nil {
		return nil, err
	}
	if !f.skipDNS && !f.offline {
		if _, err := net.LookupHost(a.domain); err != nil {
			return nil, fmt.Errorf("unable to resolve an ipv4 address for %s", a.domain)
		}
	}
	return config, nil
}

func refuseMissingSecrets(config *types.Config) error {
	existing, err := existingSecrets()
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(config.Secrets)) {
		secret := config.Secrets[key]
		if secret.External.External && !slices.Contains(existing, secret.Name) {
			return fmt.Errorf("secret not generated: %s", key)
		}
	}
	return nil
}

func writeLog(a app, version string) error {
	if err := os.MkdirAll(abraDir("logs"), 0o755); err != nil {
		return err
	}
	now := strings.ReplaceAll(time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), ":", "-")
	path := abraDir("logs", a.domain+"_"+now+".log")
	return os.WriteFile(path, []byte("deployed "+a.recipe+" "+version+"\n"), 0o644)
}

func recordVersion(a app, version string, chaos bool) error {
	if chaos {
		return nil
	}
	text, err := withVersion(a.text, a.recipe, version)
	if err != nil {
		return err
	}
	return os.WriteFile(a.path, []byte(text), 0o600)
}
