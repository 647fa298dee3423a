// Reads .env files with godotenv, and what godotenv drops: the comments that describe secrets.
package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

func parseEnv(text string) (map[string]string, error) {
	return godotenv.Unmarshal(text)
}

// recipeKey names the variable that holds the recipe: RECIPE, which newer versions write, else TYPE.
func recipeKey(env map[string]string) string {
	if env["RECIPE"] != "" {
		return "RECIPE"
	}
	return "TYPE"
}

// withVersion sets the recipe's variable to `recipe:version`. All other bytes are unchanged.
func withVersion(text, recipe, version string) (string, error) {
	env, err := parseEnv(text)
	if err != nil {
		return "", err
	}
	key := recipeKey(env)
	line := regexp.MustCompile(`(?m)^([ \t]*(?:export[ \t]+)?` + key + `[ \t]*=)[^\r\n]*`)
	if !line.MatchString(text) {
		return key + "=" + recipe + ":" + version + "\n" + text, nil
	}
	return line.ReplaceAllStringFunc(text, func(found string) string {
		return line.FindStringSubmatch(found)[1] + recipe + ":" + version
	}), nil
}

// A versionLine is `SECRET_<NAME>_VERSION=v1 # length=32 charset=hex generate=false`.
type versionLine struct{ variable, comment string }

var versionLines = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?(SECRET_\w+_VERSION)[ \t]*=([^#\r\n]*)#?([^\r\n]*)`)

// secretLines returns the version lines of a .env in their order.
func secretLines(text string) []versionLine {
	var found []versionLine
	for _, match := range versionLines.FindAllStringSubmatch(text, -1) {
		found = append(found, versionLine{variable: match[1], comment: match[3]})
	}
	return found
}

func composeFiles(env map[string]string) []string {
	return strings.Split(or(env["COMPOSE_FILE"], "compose.yml"), ":")
}

var exports = regexp.MustCompile(`(?m)^[ \t]*export[ \t]+(\w+)=["']?([^"'\s#]*)`)

// deployEnv returns the variables for compose files and templates: the exports of abra.sh, the .env and STACK_NAME;
// and for docker those that select the engine.
func deployEnv(recipe, stack string, env map[string]string) map[string]string {
	all := map[string]string{}
	script, _ := os.ReadFile(clonePath(recipe, "abra.sh"))
	for _, match := range exports.FindAllStringSubmatch(string(script), -1) {
		all[match[1]] = match[2]
	}
	for name, value := range env {
		all[name] = value
	}
	all["STACK_NAME"] = stack
	for _, name := range []string{"PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT"} {
		if value := os.Getenv(name); value != "" {
			all[name] = value
		}
	}
	return all
}
