package io.shardsum.io;

/** In which order a file is read. */
public enum ReadPolicy {
  /** From its begin to its end, by one thread: an object store serves that with few requests. */
  FORWARD("sequential"),
  /** Here and there, by several threads. */
  ANYWHERE("adaptive");

  private final String hadoopName;

  ReadPolicy(String hadoopName) {
    this.hadoopName = hadoopName;
  }

  /** What Hadoop's option {@code fs.option.openfile.read.policy} calls it. */
  String hadoopName() {
    return hadoopName;
  }
}
