package io.shardsum.io;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which hosts hold the blocks of files in HDFS, as one listing of each directory says it. */
public final class BlockHosts {

  /** For files that no host holds. */
  public static final BlockHosts NONE = new BlockHosts(Map.of());

  private static final Logger LOG = LoggerFactory.getLogger(BlockHosts.class);
  private static final String SCHEME = "hdfs:";

  private final Map<String, BlockLocation[]> blocks;

  /**
   * Those that are known.
   *
   * @param blocks of each file, by its path
   */
  public BlockHosts(Map<String, BlockLocation[]> blocks) {
    this.blocks = Map.copyOf(blocks);
  }

  /** Asks for the blocks of those files that lie in HDFS. What cannot be listed is on no host. */
  public static BlockHosts of(Collection<String> paths, Configuration hadoopConf) {
    Set<String> wanted =
        paths.stream().filter(path -> path.startsWith(SCHEME)).collect(Collectors.toSet());
    Set<Path> directories = new LinkedHashSet<>();
    wanted.forEach(path -> directories.add(new Path(path).getParent()));
    Map<String, BlockLocation[]> blocks = new HashMap<>();
    for (Path directory : directories) {
      try {
        if (directory.getFileSystem(hadoopConf) instanceof DistributedFileSystem hdfs) {
          RemoteIterator<LocatedFileStatus> files = hdfs.listLocatedStatus(directory);
          while (files.hasNext()) {
            LocatedFileStatus file = files.next();
            if (wanted.contains(file.getPath().toString())) {
              blocks.put(file.getPath().toString(), file.getBlockLocations());
            }
          }
        }
      } catch (IOException e) {
        LOG.info(
            "Cannot tell which hosts hold the blocks of {}, so any host reads them: {}",
            directory,
            e.toString());
      }
    }
    return new BlockHosts(blocks);
  }

  /** The hosts that hold most bytes of a range of a file; empty: it is on no host. */
  public List<String> of(String path, long beginBytes, long endBytes) {
    Map<String, Long> held = new HashMap<>();
    for (BlockLocation block : blocks.getOrDefault(path, new BlockLocation[0])) {
      long end = Math.min(endBytes, block.getOffset() + block.getLength());
      long bytes = end - Math.max(beginBytes, block.getOffset());
      if (bytes > 0) {
        hosts(block).forEach(host -> held.merge(host, bytes, Long::sum));
      }
    }
    long most = held.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return held.keySet().stream().filter(host -> held.get(host) == most).sorted().toList();
  }

  private static List<String> hosts(BlockLocation block) {
    try {
      return Arrays.asList(block.getHosts());
    } catch (IOException e) { // declared, and never thrown where the block came with its hosts
      return List.of();
    }
  }
}
