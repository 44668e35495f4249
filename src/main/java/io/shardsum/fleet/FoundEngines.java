package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/**
 * The engines of a directory, by name.
 *
 * @param name what the directory is called
 * @param problems what lies there and is no engine's
 */
record FoundEngines(String name, List<FoundEngine> engines, List<Problem> problems) {
  static FoundEngines in(String directory, Configuration conf) {
    DirectoryListing root =
        DirectoryListing.of(directory.replaceFirst("(?<=[^/])/+$", ""), 0, conf);
    if (root.outcome() != DirectoryListing.Outcome.LISTED) {
      throw new FleetException("Cannot find engines: " + root.reason());
    }
    String name = nameOf(root.directory());
    List<FoundEngine> children =
        BoundedPool.map(
            root.subdirectories(),
            child -> FoundEngine.list(child, root.directory() + "/" + child, conf));
    boolean allDrafts =
        children.stream()
            .filter(FoundEngine::isEngine)
            .allMatch(child -> FoundEngine.isDraftName(child.name()));
    if (allDrafts && root.holdsWeights()) {
      FoundEngine itself = FoundEngine.withDrafts(name, root, conf);
      return new FoundEngines(name, List.of(itself), List.of());
    }
    List<FoundEngine> engines = children.stream().filter(FoundEngine::isEngine).toList();
    if (engines.isEmpty()) {
      throw new FleetException(
          String.format(
              Locale.ROOT,
              "Cannot find engines in %s: neither it nor one of its %d sub-directories holds a"
                  + " %s file",
              MessageText.printable(root.directory()),
              children.size(),
              ShardPattern.SUFFIX));
    }
    return new FoundEngines(name, engines, problems(root, children));
  }

  private static List<Problem> problems(DirectoryListing root, List<FoundEngine> children) {
    List<Problem> problems = new ArrayList<>();
    for (ListedFile file : root.shards()) {
      problems.add(
          new Problem(
              ProblemKind.STRAY_FILE,
              MessageText.printable(file.name()) + " lies beside the engines and belongs to none",
              file.path()));
    }
    for (NotAFile link : root.notFiles()) {
      if (!root.subdirectories().contains(link.name())) {
        problems.add(
            new Problem(
                ProblemKind.NOT_AN_ENGINE,
                link.reason() + ", and is not taken as an engine",
                link.path()));
      }
    }
    for (FoundEngine child : children) {
      if (!child.isEngine()) {
        problems.add(
            new Problem(
                ProblemKind.NOT_AN_ENGINE,
                MessageText.printable(child.name())
                    + " holds no "
                    + ShardPattern.SUFFIX
                    + " file and is not taken as an engine",
                child.target().directory()));
      }
    }
    return problems;
  }

  private static String nameOf(String directory) {
    String last = directory.substring(directory.lastIndexOf('/') + 1);
    return last.isEmpty() ? directory : last;
  }
}
