Feature: The QR code
  A picture that leads the consumer's phone to the payment page.

  @req:HPP-QR-001
  Rule: The QR code is a public image

    Scenario: The QR code is an image that anybody may fetch
      Given a hosted session
      When the consumer fetches qr_code_url without credentials
      Then the response is an image
      And the QR code can be fetched again

  @req:HPP-QR-002 @needs:browser
  Rule: The QR code leads to the payment page

    Scenario: The QR code leads to the page of its session, not of another
      Given a hosted session
      And the QR code of another session has been fetched
      When the consumer scans the QR code and presses back
      Then the consumer lands at a URL of this session

  @req:HPP-QR-003
  Rule: The answer for the QR code of a disabled session is open

    Scenario: What becomes of the QR code of a disabled session is recorded
      Given a hosted session
      And the hosted session is disabled
      When the consumer fetches qr_code_url without credentials
      Then what the QR code is then is recorded
