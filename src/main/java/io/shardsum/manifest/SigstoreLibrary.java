package io.shardsum.manifest;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The library that verifies Sigstore's keyless signatures. Its jars lie in {@code sigstore} beside
 * the job's, and a class loader of their own loads them: Spark ships other releases of some.
 */
final class SigstoreLibrary {

  private static final String DIRECTORY = "sigstore";
  private static final String VERIFICATION = "io.shardsum.sigstore.KeylessVerification";
  private static final Pattern CLASS = Pattern.compile("[\\w$./]+");
  private static final SigstoreLibrary BESIDE_THE_JOB =
      new SigstoreLibrary(Path.of(job()).resolveSibling(DIRECTORY));

  private final Path directory;
  private Optional<Function<Map<String, String>, Optional<String>>> verification = Optional.empty();

  SigstoreLibrary(Path directory) {
    this.directory = directory;
  }

  /** The one of this process: its class loader is never closed. */
  static SigstoreLibrary besideTheJob() {
    return BESIDE_THE_JOB;
  }

  /**
   * Verifies: see {@code KeylessVerification} in {@code src/sigstore}.
   *
   * @throws ManifestException if the library is not there, or not all of it
   */
  Optional<String> verify(Map<String, String> asked) {
    try {
      return verification().apply(asked);
    } catch (IOException | ReflectiveOperationException | LinkageError e) {
      throw new ManifestException(
          "Cannot verify keyless signatures: expected the jars of sigstore-java in %s, found %s: unpack the release again, or build it with mvn package"
              .formatted(directory, found(e)));
    }
  }

  private static String found(Throwable why) {
    if (why instanceof NoSuchFileException || why instanceof NotDirectoryException) {
      return "no such directory";
    }
    String said = String.valueOf(why.getMessage());
    boolean isMissing =
        why instanceof NoClassDefFoundError || why instanceof ClassNotFoundException;
    return isMissing && CLASS.matcher(said).matches()
        ? "no jar with the class " + said.replace('/', '.')
        : "jars that cannot be used (%s)".formatted(why);
  }

  private synchronized Function<Map<String, String>, Optional<String>> verification()
      throws IOException, ReflectiveOperationException {
    if (verification.isEmpty()) {
      verification = Optional.of(loaded());
    }
    return verification.get();
  }

  private static URI job() {
    try {
      return SigstoreLibrary.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The place of a jar is a URI", e);
    }
  }

  @SuppressWarnings("unchecked") // the class says so
  private Function<Map<String, String>, Optional<String>> loaded()
      throws IOException, ReflectiveOperationException {
    List<URL> urls = new ArrayList<>(List.of(job().toURL()));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    ClassLoader loader =
        new URLClassLoader(
            DIRECTORY, urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    return (Function<Map<String, String>, Optional<String>>)
        Class.forName(VERIFICATION, true, loader)
            .asSubclass(Function.class)
            .getConstructor()
            .newInstance();
  }
}
