Feature: The QR code
  A picture that leads the consumer's phone to the payment page.

  @req:HPP-QR-001
  Rule: The QR code is a public image

    Scenario: The QR code is an image that anybody may fetch
      Given a hosted session
      When the consumer fetches qr_code_url without credentials
      Then the response is an image
