package io.shardsum.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;

/**
 * The engines of a directory, by name.
 *
 * @param name what the directory is called
 * @param problems what lies there and is no engine's
 */
record FoundEngines(String name, List<FoundEngine> engines, List<Problem> problems) {
  static FoundEngines in(String directory, IgnoredFiles ignored, Configuration conf) {
    DirectoryListing root =
        DirectoryListing.of(directory.replaceFirst("(?<=[^/])/+$", ""), 0, conf);
    if (root.outcome() != DirectoryListing.Outcome.LISTED) {
      throw new FleetException("Cannot find engines: " + root.reason());
    }
    String name = nameOf(root.directory());
    List<FoundEngine> children =
        BoundedPool.map(
            root.subdirectories(),
            child -> FoundEngine.list(child, root.directory() + "/" + child, ignored, conf));
    if (isOneEngine(root, children)) {
      FoundEngine itself = FoundEngine.list(name, root.directory(), ignored, conf);
      return new FoundEngines(name, List.of(itself), List.of(oneEngine(root)));
    }
    List<FoundEngine> engines = children.stream().filter(FoundEngine::isEngine).toList();
    if (engines.isEmpty()) {
      throw new FleetException(noEngine(root, children));
    }
    return new FoundEngines(name, engines, problems(root, children));
  }

  /** Its folders are then parts of it, such as the original of a checkpoint. */
  private static boolean isOneEngine(DirectoryListing root, List<FoundEngine> children) {
    Predicate<FoundEngine> isDraft = child -> FoundEngine.isDraftName(child.name());
    List<FoundEngine> others =
        children.stream().filter(FoundEngine::isEngine).filter(isDraft.negate()).toList();
    return root.holdsWeights()
        && (others.isEmpty()
            || (FoundEngine.isCertain(root)
                && others.stream().noneMatch(child -> FoundEngine.isCertain(child.target()))));
  }

  private static Problem oneEngine(DirectoryListing root) {
    return new Problem(
        ProblemKind.ONE_ENGINE,
        "%s is the directory of one engine; to compare engines, give the directory above it, or"
                .formatted(MessageText.printable(root.directory()))
            + " describe the fleet (--fleet)",
        root.directory());
  }

  private static String noEngine(DirectoryListing root, List<FoundEngine> children) {
    String where = "Cannot find engines in " + MessageText.printable(root.directory()) + ": ";
    if (children.isEmpty()) {
      return where + root.withoutShards() + ", and no folder; expected one folder for each engine";
    }
    String instead =
        children.stream()
            .map(FoundEngine::target)
            .filter(target -> !target.others().isEmpty())
            .findFirst()
            .map(target -> "; " + target.withoutShards())
            .orElse("");
    return where
        + (children.size() == 1
            ? "its one folder holds no "
            : "none of its " + children.size() + " folders holds a ")
        + ShardPattern.SUFFIX
        + " file"
        + instead
        + "; expected one folder for each engine";
  }

  private static List<Problem> problems(DirectoryListing root, List<FoundEngine> children) {
    List<Problem> problems = new ArrayList<>();
    for (FoundFile file : root.shards()) {
      problems.add(
          new Problem(
              ProblemKind.STRAY_FILE,
              MessageText.printable(file.name())
                  + " lies next to the engines and belongs to none of them",
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
      if (!child.isEngine() && !child.isOwnTables()) {
        problems.add(
            new Problem(
                ProblemKind.NOT_AN_ENGINE,
                MessageText.printable(child.name())
                    + " is not taken as an engine: "
                    + child.target().withoutShards(),
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
