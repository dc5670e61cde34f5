import Testing

@testable import finwait

@Suite struct ProgressBarTests {
  @Test func saysHowFarAndHowLong() {
    #expect(
      ProgressBar.line(250_000_000, of: 1_000_000_000, packets: 2_000_000, after: .seconds(2))
        == "[######..................] 25% of 1,000 MB, 2,000,000 packets, 1,000,000/s, 6 s left")
  }

  @Test func sizesThatAreNotKnownAreNotGuessed() {
    #expect(
      ProgressBar.line(9_999, of: nil, packets: 10, after: .seconds(1))
        == "9,999 B, 10 packets, 10/s")
  }

  @Test func staysWithinItsBounds() {
    // A file that grows while it is read is over 100%.
    let line = ProgressBar.line(20, of: 10, packets: 0, after: .zero)
    #expect(line.hasPrefix("[########################] 100% of 10 B, 0 packets, 0/s, 0 s left"))
  }
}
