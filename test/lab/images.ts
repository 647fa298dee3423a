// Builds the lab's images if they can't be pulled: a Debian with JRE, MariaDB and nginx, and images based on it.
import { createHash } from "node:crypto";
import { cp, link, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { exists } from "./host.ts";
import { cache, project } from "./paths.ts";
import { hasImage, registry } from "./registry.ts";
import type { Shell } from "./shell.ts";
import type { Step } from "./steps.ts";
import { buildName, builtAt, minifluxPrograms } from "./golang.ts";
import { downloadName, traefikPrograms, unpackedAt } from "./wheel.ts";

const keyLabel = "hearth.lab.key";
const folder = join(project, "test/lab/images");
const debianTar = join(cache, "debian", "bookworm-3.tar");
/** Only a base for other images: it is in no recipe and not in the registry. */
const debianImage = "hearth-lab/debian:12";

export const keycloakVersions = ["26.4.0", "26.5.0"] as const;

/**
 * Every megabyte is compressed for the registry: without documentation, the packages' ready-made databases (which would
 * be copied into empty volumes too), PostgreSQL's JIT compiler, and tools that nothing calls.
 */
const unneeded = [
  ...["doc", "man", "locale", "i18n"].map(name => `usr/share/${name}`),
  "var/lib/mysql/*",
  "var/lib/postgresql/*",
  "usr/lib/*/libLLVM-*",
  "usr/lib/postgresql/*/lib/llvmjit*", // PostgreSQL doesn't compile without it
  "usr/lib/postgresql/*/lib/bitcode",
  ...["aria_", "myisam", "innochecksum"].map(name => `usr/bin/${name}*`),
  ...["binlog", "conv", "import", "plugin", "show", "slap"].map(name => `usr/bin/mariadb-${name}`),
];

/** The image's name in recipes, which names the lab's registry. */
export function imageName(name: string, tag: string): string {
  return `${registry}/hearth-lab/${name}:${tag}`;
}

async function keyOf(image: string): Promise<string | undefined> {
  const done = await execa(
    "docker",
    ["image", "inspect", "--format", `{{index .Config.Labels "${keyLabel}"}}`, image],
    { reject: false },
  );
  return done.failed ? undefined : done.stdout.trim();
}

/** Whether the official images can be pulled; then they aren't built. */
export const canPull = memo(
  async () =>
    !(await execa("docker", ["manifest", "inspect", "mariadb:10.11"], { reject: false, timeout: 10_000 })).failed,
);

function memo<T>(make: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= make());
}

/** Names of all images that the lab built; ids of those whose tag moved to another image. */
export async function ownImages(): Promise<string[]> {
  const { stdout } = await execa("docker", [
    "image",
    "ls",
    "--format",
    '{{if eq .Tag "<none>"}}{{.ID}}{{else}}{{.Repository}}:{{.Tag}}{{end}}',
    "--filter",
    `reference=${registry}/hearth-lab/*`,
    "--filter",
    "reference=hearth-lab/*",
  ]);
  return stdout.split("\n").filter(Boolean);
}

const debian: Step = {
  name: "image debian",
  after: ["packages", "docker engine"],
  ready: async () => (await keyOf(debianImage)) === "3" || (await canPull()),
  run: async shell => {
    if (!(await exists(debianTar))) {
      await mkdir(join(cache, "debian"), { recursive: true });
      const work = `${debianTar}.${process.pid}.tar`;
      await shell("mmdebstrap", [
        "--variant=minbase",
        "--include=openjdk-17-jre-headless,mariadb-server,postgresql-15,nginx-light,ca-certificates",
        `--customize-hook=cd "$1" && rm -rf ${unneeded.join(" ")}`,
        "bookworm",
        work,
      ]);
      await rename(work, debianTar);
    }
    await shell("docker", ["import", "--change", `LABEL ${keyLabel}=3`, debianTar, debianImage]);
  },
};

/** An image from `images/<name>/` and `extra` files, in the registry; rebuilt when any of them changes. */
function builtImage(
  name: string,
  tag: string,
  official: string,
  after: readonly string[],
  extra: Record<string, string> = {},
): Step {
  const image = imageName(name, tag);
  const key = async () => {
    const sources = [debianTar, ...Object.values(extra)].map(path => path.replace(cache, ""));
    const hash = createHash("sha256").update(JSON.stringify(sources));
    for (const file of (await readdir(join(folder, name))).toSorted())
      hash.update(file).update(await readFile(join(folder, name, file)));
    return hash.digest("hex").slice(0, 16);
  };
  return {
    name: `image ${name} ${tag}`,
    after: ["docker engine", "registry", ...after],
    ready: async () => (await keyOf(image)) === (await key()) && (await hasImage(`hearth-lab/${name}`, tag)),
    run: async shell => {
      if ((await keyOf(image)) !== (await key())) await build(shell);
      await shell("docker", ["push", "--quiet", image]);
    },
  };

  async function build(shell: Shell): Promise<void> {
    await mkdir(cache, { recursive: true });
    const context = await mkdtemp(join(cache, "context-"));
    try {
      await cp(join(folder, name), context, { recursive: true });
      if (await canPull()) await writeFile(join(context, "Dockerfile"), fromOfficial(name, official));
      else for (const [file, source] of Object.entries(extra)) await link(source, join(context, file));
      await shell(
        "docker",
        ["build", "--quiet", "--network=none", "--label", `${keyLabel}=${await key()}`, "--tag", image, context],
        {
          env: { DOCKER_BUILDKIT: "0" },
        },
      );
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  }
}

function fromOfficial(name: string, official: string): string {
  const build = name === "keycloak" ? "RUN /opt/keycloak/bin/kc.sh build --db=mariadb --health-enabled=true\n" : "";
  return `FROM ${official}\n${build}`;
}

const distribution = (version: string) => join(cache, "keycloak", `keycloak-${version}.tar.gz`);

function keycloakDistribution(version: string): Step {
  const target = distribution(version);
  return {
    name: `download keycloak ${version}`,
    after: ["packages"],
    ready: async () => (await exists(target)) || (await canPull()),
    run: async shell => {
      await mkdir(join(cache, "keycloak"), { recursive: true });
      const work = await mkdtemp(join(tmpdir(), "hearth-keycloak-"));
      try {
        await maven(shell, `org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`, work);
        await cp(join(work, `keycloak-quarkus-dist-${version}.tar.gz`), `${target}.${process.pid}`);
        await rename(`${target}.${process.pid}`, target);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}

async function maven(shell: Shell, artifact: string, into: string): Promise<void> {
  await shell(
    "mvn",
    [
      "-q",
      "-B",
      "dependency:copy",
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${into}`,
      "-Dmdep.useBaseVersion=true",
    ],
    { cwd: homedir() },
  );
}

export const images: Step[] = [
  debian,
  builtImage("mariadb", "10.11", "mariadb:10.11", ["image debian"]),
  builtImage("postgres", "15", "postgres:15", ["image debian"]),
  builtImage("nginx", "1.22", "nginx:1.22", ["image debian"]),
  ...traefikPrograms.map(program =>
    builtImage("traefik", program.version, `traefik:v${program.version}`, [downloadName(program)], {
      traefik: unpackedAt(program),
    }),
  ),
  ...minifluxPrograms.map(program =>
    builtImage(
      "miniflux",
      program.version.slice(1),
      `miniflux/miniflux:${program.version.slice(1)}`,
      [buildName(program)],
      {
        miniflux: builtAt(program),
      },
    ),
  ),
  ...keycloakVersions.flatMap(version => [
    keycloakDistribution(version),
    builtImage("keycloak", version, `keycloak/keycloak:${version}`, ["image debian", `download keycloak ${version}`], {
      "keycloak.tar.gz": distribution(version),
    }),
  ]),
];
