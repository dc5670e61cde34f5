import Foundation

extension Traffic {
  /// What the kernel of one of the hosts said of its ends at one time.
  public struct Listing: Decodable, Sendable {
    /// Seconds since 1970, when it was asked and when it had answered.
    public var begin: Double
    public var end: Double
    /// State, local end and remote end of each.
    public var rows: [[String]]
  }

  /// Has very many connections open, send, shut down and close at random, at both hosts.
  ///
  /// - Returns: what the kernel of the second host said, once a second.
  public static func churn(
    seconds: Int, slots: Int, seed: UInt64, from client: NamespaceHost, to server: NamespaceHost
  ) throws -> [Listing] {
    let output = try run(
      """
      \(program)
      import json, random, subprocess, threading
      seconds, slots, rng = int(sys.argv[3]), int(sys.argv[4]), random.Random(int(sys.argv[5]))
      states = {
          "ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECEIVED",
          "FIN-WAIT-1": "FIN_WAIT_1", "FIN-WAIT-2": "FIN_WAIT_2", "CLOSE-WAIT": "CLOSE_WAIT",
          "LAST-ACK": "LAST_ACK", "CLOSING": "CLOSING", "TIME-WAIT": "TIME_WAIT"}
      listings = []
      end = time.time() + seconds
      def watch():
          enter(server)
          while time.time() < end:
              begin = time.time()
              text = subprocess.run(["ss", "-tanH"], capture_output=True, text=True).stdout
              rows = [line.split() for line in text.splitlines()]
              listings.append({"begin": begin, "end": time.time(), "rows": [
                  [states[row[0]], row[3], row[4]] for row in rows if row[0] in states]})
              time.sleep(max(0, begin + 1 - time.time()))
      listener = listen(socket.AF_INET, "10.9.0.2")
      listener.setblocking(False)
      watcher = threading.Thread(target=watch)
      watcher.start()
      enter(client)
      ends = []
      while time.time() < end - 0.5:
          now = time.time()
          while len(ends) < slots * 2 and rng.random() < 0.7:
              dialler = socket.socket()
              dialler.setblocking(False)
              dialler.connect_ex(("10.9.0.2", 8080))
              ends.append((dialler, now + rng.expovariate(0.7)))
          while True:
              try: accepted, _ = listener.accept()
              except BlockingIOError: break
              accepted.setblocking(False)
              ends.append((accepted, now + rng.expovariate(0.7)))
          rest = []
          for one, due in ends:
              if now < due:
                  rest.append((one, due))
                  continue
              kind = rng.random()
              try:
                  if kind < 0.3: one.send(b"x" * rng.randrange(1, 3000))
                  elif kind < 0.5: one.recv(65536)
                  elif kind < 0.7: one.shutdown(socket.SHUT_WR)
                  else:
                      one.close()
                      continue
              except BlockingIOError: pass
              except OSError:
                  one.close()
                  continue
              rest.append((one, now + rng.expovariate(2)))
          ends = rest
          time.sleep(0.005)
      watcher.join()
      json.dump(listings, sys.stdout)
      """,
      ["\(client.pid)", "\(server.pid)", "\(seconds)", "\(slots)", "\(seed)"],
      limitSeconds: seconds + 60)
    return try JSONDecoder().decode([Listing].self, from: output)
  }
}
