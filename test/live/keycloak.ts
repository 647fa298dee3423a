// Reads Keycloak's database for the live specs.
import { keycloak, must } from "./host.ts";

/** The Keycloak versions that migrated the database, the number of its change sets, and its realms. */
export async function database(): Promise<{ migrations: string[]; changes: number; realms: string[] }> {
  const sql =
    "select VERSION from MIGRATION_MODEL order by VERSION; select '-'; select count(*) from DATABASECHANGELOG; " +
    "select '-'; select NAME from REALM order by NAME";
  const [container = ""] = (
    await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${keycloak.stack}_db`)
  ).split("\n");
  const text = await must("docker", "exec", container, "mariadb", "-N", "keycloak", "-e", sql);
  const [migrations = "", changes = "", realms = ""] = text.split(/^-$/m);
  const lines = (part: string) => part.split("\n").filter(Boolean);
  return { migrations: lines(migrations), changes: Number(changes), realms: lines(realms) };
}
