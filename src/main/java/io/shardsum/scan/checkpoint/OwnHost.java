package io.shardsum.scan.checkpoint;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Which names and addresses are those of the host that this runs on. */
final class OwnHost {

  private OwnHost() {}

  /** Whether a host is this one: by its name, or by an address of one of its interfaces. */
  static boolean is(String host) {
    try {
      if (host.equals(InetAddress.getLocalHost().getHostName())) {
        return true;
      }
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (NetworkInterface.getByInetAddress(address) != null) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }
}
