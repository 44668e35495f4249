package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import io.shardsum.io.ListedFile;
import java.io.Serializable;

/**
 * One file of a rank.
 *
 * @param listed its path has a scheme
 * @param role {@link #TARGET} or the role of the draft model
 * @param part the number of the part; in a checkpoint the position by name
 * @param identity which file it is: paths with the same identity lead to one file
 * @param version its inode, or its ETag in an object store: another file of the same path has
 *     another; empty where the storage gives neither
 */
public record ShardFile(ListedFile listed, String role, int part, String identity, String version)
    implements Serializable {
  /** The role of the model itself, as against its drafts. */
  public static final String TARGET = "target";

  public ShardFile {
    requireNonNull(listed, "listed is null");
    requireNonNull(role, "role is null");
    requireNonNull(identity, "identity is null");
    requireNonNull(version, "version is null");
  }

  /** A file that is no other's. */
  public ShardFile(ListedFile listed, String role, int part) {
    this(listed, role, part, listed.path(), "");
  }

  /** Its path, as {@code new org.apache.hadoop.fs.Path(path)} reads it. */
  public String path() {
    return listed.path();
  }

  /** Its length when it was listed. */
  public long lengthBytes() {
    return listed.lengthBytes();
  }
}
