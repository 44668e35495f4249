package io.shardsum.fleet;

import java.util.List;

/**
 * Which hosts see an engine's files, where they are local.
 *
 * @param scope all hosts, or each host its own
 * @param hosts those on whose disks the files lie, each once; empty where the description names
 *     none
 */
public record Visibility(Scope scope, List<String> hosts) {

  /** Whether a local path leads to the same file everywhere. */
  public enum Scope {
    /** Each host has a disk of its own. */
    EACH_HOST,
    /** A file system that is mounted everywhere. */
    ALL_HOSTS
  }

  /** Each host has a disk of its own, as far as anybody has said. */
  public static final Visibility THIS_HOST = new Visibility(Scope.EACH_HOST, List.of());

  /** All hosts see the same files: a file system that is mounted everywhere. */
  public static final Visibility ALL_HOSTS = new Visibility(Scope.ALL_HOSTS, List.of());

  /** Copies the list. */
  public Visibility {
    hosts = List.copyOf(hosts);
  }

  /** The disks of these hosts. */
  static Visibility on(List<String> hosts) {
    return new Visibility(Scope.EACH_HOST, hosts);
  }

  /** Whether nobody has said which hosts see the files. */
  public boolean isUnsaid() {
    return equals(THIS_HOST);
  }
}
