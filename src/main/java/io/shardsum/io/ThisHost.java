package io.shardsum.io;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of the host that this process runs on: what {@value #VARIABLE} in its environment says,
 * or, without that, the name or address by which Spark knows it, and the host's own name.
 *
 * @param names in lower case
 */
public record ThisHost(Set<String> names) {

  /** The environment variable that says on which host a process runs, as in a container. */
  public static final String VARIABLE = "SHARDSUM_HOST";

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** Keeps the order. */
  public ThisHost {
    Set<String> lower = new LinkedHashSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    names = lower;
  }

  /** Of a process that Spark does not know. */
  public static ThisHost ofProcess() {
    return of(Optional.empty());
  }

  /**
   * Of this process.
   *
   * @param sparkName by which name or address Spark knows its host
   */
  public static ThisHost of(Optional<String> sparkName) {
    String given = System.getenv(VARIABLE);
    if (given != null && !given.isBlank()) {
      return new ThisHost(Set.of(given.strip()));
    }
    Set<String> names = new LinkedHashSet<>();
    sparkName.ifPresent(names::add);
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // The host does not know its own name: Spark's is all there is.
    }
    return new ThisHost(names);
  }

  /** Whether this is a host. A name without a domain is that of a host in any domain. */
  public boolean is(String host) {
    String wanted = host.toLowerCase(Locale.ROOT);
    return names.stream().anyMatch(name -> isSame(name, wanted));
  }

  private static boolean isSame(String name, String wanted) {
    if (name.equals(wanted)) {
      return true;
    }
    boolean anyIsAddress = ADDRESS.matcher(name).matches() || ADDRESS.matcher(wanted).matches();
    boolean bothHaveDomains = name.contains(".") && wanted.contains(".");
    return !anyIsAddress && !bothHaveDomains && label(name).equals(label(wanted));
  }

  private static String label(String name) {
    return name.split("\\.", 2)[0];
  }

  /** The names as a message lists them. */
  @Override
  public String toString() {
    return String.join(", ", List.copyOf(names));
  }
}
