Feature: The payment page
  The page the consumer pays on, hosted by the provider.

  @req:HPP-PAGE-001 @needs:browser
  Rule: The page says what is to be paid

    Scenario: The page shows amount and currency
      Given a hosted session
      When the consumer opens the page
      Then the page shows the amount and currency of the payment session

  @req:HPP-PAGE-002 @needs:browser
  Rule: The page speaks the consumer's language

    Scenario: The page of a purchase in German speaks German
      Given a payment session in the locale de-DE
      And a hosted session
      When the consumer opens the page
      Then the page speaks de

  @req:HPP-PAGE-003 @needs:browser @needs:outcome
  Rule: The page can be paid on a phone

    Scenario: A phone that scans the QR code can pay
      Given a hosted session
      When the consumer scans the QR code with a phone and pays
      Then the payment leads to the success URL

  @req:HPP-PAGE-004 @needs:browser
  Rule: The page stands on its own

    Scenario: The payment page opens at the top level, in no frame
      Given a hosted session
      When the consumer opens the page
      Then the page stands on its own
