import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * An HDFS on loopback, in this process: {@code Hdfs DIRECTORY HOST...}, with a DataNode for each host
 * that says that it is there. Prints its URI. Each line of standard input is a command, which is
 * printed again when it is done: {@code put LOCAL PATH}, {@code chmod MODE PATH}, or {@code flip
 * NAME PATH}, which flips a bit of the last byte of the first file below a directory whose path has
 * a name, and prints its path behind a colon, from the directory on. Ends with its standard input.
 */
public final class Hdfs {
  private static final int BLOCK_BYTES = 1 << 20;

  private Hdfs() {}

  public static void main(String[] arguments) throws Exception {
    String[] hosts = new String[arguments.length - 1];
    System.arraycopy(arguments, 1, hosts, 0, hosts.length);
    Configuration configuration = new Configuration();
    configuration.setInt("dfs.replication", 1);
    configuration.setInt("dfs.blocksize", BLOCK_BYTES);
    configuration.setInt("dfs.namenode.fs-limits.min-block-size", BLOCK_BYTES);
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, arguments[0]);
    try (MiniDFSCluster cluster =
            new MiniDFSCluster.Builder(configuration)
                .numDataNodes(hosts.length)
                .hosts(hosts)
                .racks(Collections.nCopies(hosts.length, "/rack").toArray(String[]::new))
                .build();
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      cluster.waitActive();
      System.out.println(cluster.getURI());
      FileSystem files = cluster.getFileSystem();
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ");
        Path path = new Path(words[2]);
        switch (words[0]) {
          case "put" -> files.copyFromLocalFile(new Path(words[1]), path);
          case "flip" -> line += ": " + flip(files, words[1], path);
          default -> files.setPermission(path, new FsPermission(words[1]));
        }
        System.out.println(line);
      }
    }
  }

  private static String flip(FileSystem files, String name, Path directory) throws IOException {
    RemoteIterator<LocatedFileStatus> below = files.listFiles(directory, true);
    Path file = below.next().getPath();
    while (!file.toString().contains(name)) {
      file = below.next().getPath();
    }
    byte[] bytes = new byte[(int) files.getFileStatus(file).getLen()];
    try (FSDataInputStream in = files.open(file)) {
      in.readFully(bytes);
    }
    bytes[bytes.length - 1] ^= 1;
    try (FSDataOutputStream out = files.create(file, true)) {
      out.write(bytes);
    }
    return file.toUri().getPath().substring(directory.getParent().toString().length() + 1);
  }
}
