// Which secrets an app declares: names from its compose files, versions and modifiers from its .env.
package main

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/compose/types"

	"hearth-lab/compose"
)

type secret struct {
	name, version string
	length        int
	charset       string
	generate      bool
	// Position of the variable of its version in the .env.
	position int
}

// declaredSecrets returns the secrets in the order of the .env. A compose file names them
// `<stack>_<name>_<version>`, and refers to the variable with the version, whose name may differ. A variable that no
// compose file uses names the secret itself.
func declaredSecrets(a app) ([]secret, error) {
	env := deployEnv(a.recipe, a.stack, a.env)
	details, err := compose.Read(clonePath(a.recipe), composeFiles(a.env), env)
	if err != nil {
		return nil, err
	}
	config, err := compose.Load(details)
	if err != nil {
		return nil, err
	}
	variables := versionVariables(details)
	written := secretLines(a.text)
	used := map[string]bool{}
	var declared []secret
	for _, key := range slices.Sorted(maps.Keys(config.Secrets)) {
		name, version, isOwn := splitName(a, config.Secrets[key])
		if !isOwn {
			continue
		}
		used[variables[key]] = true
		at := slices.IndexFunc(written, func(line versionLine) bool { return line.variable == variables[key] })
		if at < 0 {
			declared = append(declared, newSecret(name, version, "", len(written)))
		} else {
			declared = append(declared, newSecret(name, version, written[at].comment, at))
		}
	}
	for at, line := range written {
		if !used[line.variable] {
			name := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(line.variable, "SECRET_"), "_VERSION"))
			declared = append(declared, newSecret(name, a.env[line.variable], line.comment, at))
		}
	}
	slices.SortStableFunc(declared, func(a, b secret) int { return a.position - b.position })
	return declared, nil
}

// splitName returns the name and the version of a secret that abra manages: an external one of the stack.
func splitName(a app, config types.SecretConfig) (name, version string, isOwn bool) {
	rest, isOwn := strings.CutPrefix(config.Name, a.stack+"_")
	at := strings.LastIndex(rest, "_")
	if !config.External.External || !isOwn || at < 1 || at == len(rest)-1 {
		return "", "", false
	}
	return rest[:at], rest[at+1:], true
}

var versionVariable = regexp.MustCompile(`\$\{?(SECRET_\w+_VERSION)`)

// versionVariables returns the variable in each secret's name, keyed as in the compose files.
func versionVariables(details types.ConfigDetails) map[string]string {
	variables := map[string]string{}
	for _, file := range details.ConfigFiles {
		secrets, _ := file.Config["secrets"].(map[string]any)
		for key, value := range secrets {
			entry, _ := value.(map[string]any)
			name, _ := entry["name"].(string)
			if match := versionVariable.FindStringSubmatch(name); match != nil {
				variables[key] = match[1]
			}
		}
	}
	return variables
}

const (
	hex              = "0123456789abcdef"
	lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

var (
	lengthModifier  = regexp.MustCompile(`\blength=(\d+)`)
	charsetModifier = regexp.MustCompile(`\bcharset=(\S+)`)
)

// newSecret reads the modifiers in the comment: `length=32 charset=hex generate=false`.
func newSecret(name, version, comment string, position int) secret {
	found := secret{name: name, version: version, length: 40, charset: lettersAndDigits, position: position}
	if match := lengthModifier.FindStringSubmatch(comment); match != nil {
		found.length, _ = strconv.Atoi(match[1])
	}
	if match := charsetModifier.FindStringSubmatch(comment); match != nil && match[1] == "hex" {
		found.charset = hex
	}
	found.generate = !strings.Contains(comment, "generate=false")
	return found
}

func fullName(a app, name, version string) string {
	return a.stack + "_" + name + "_" + version
}
