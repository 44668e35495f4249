/**
 * Files are read here, and nowhere else: of the local file system or of any other that Hadoop
 * knows.
 *
 * <p>A file is read as it was when it was listed. A read that fails is tried again, after a pause,
 * unless trying again cannot help. A file that has changed since is not read: its bytes would be of
 * no one file.
 */
package io.shardsum.io;
