Feature: The payment page
  The page the consumer pays on, hosted by the provider.

  @req:HPP-PAGE-004 @needs:browser
  Rule: The page stands on its own

    Scenario: The payment page opens at the top level, in no frame
      Given a hosted session
      When the consumer opens the page
      Then the page stands on its own
