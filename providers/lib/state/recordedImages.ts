// The schema of the images that a version ran, in the files that remember them.
import { z } from "zod";

/**
 * By service: the image's id and its digest in the registry, which a rollback runs even if the name has moved, and its
 * name in the compose file.
 */
export const recordedImages = z.record(
  z.string(),
  z.object({ id: z.string(), name: z.string(), digest: z.string().optional() }),
);
