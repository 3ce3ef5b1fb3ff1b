Feature: Options of a hosted session
  How the page looks and what it offers is chosen when a session is created.

  @req:HPP-OPT-001 @needs:browser
  Rule: A page with one category offers only this one

    Scenario: A page with one category offers that one alone
      Given a hosted session with the options
        | payment_method_category | PAY_LATER |
      When the consumer opens the page
      Then the page offers the categories "PAY_LATER"

    @needs:outcome
    Scenario: A page with one category offers that one alone after a decline
      Given a hosted session with the options
        | payment_method_category | PAY_LATER |
      And the consumer has been declined
      When the consumer opens the page
      Then the page offers the categories "PAY_LATER"

  @req:HPP-OPT-002 @needs:browser
  Rule: KCO ignores the category options

    Scenario Outline: The page of a KCO order takes no notice of <option>
      Given a hosted session with the options
        | <option> | <value> |
      When the consumer opens the page
      Then the page offers the categories that it offers without options

      Examples:
        | option                    | value                    |
        | payment_method_category   | PAY_LATER                |
        | payment_method_categories | ["PAY_LATER", "PAY_NOW"] |

  @req:HPP-OPT-003 @needs:browser
  Rule: The title appears on the page

    Scenario: A page bears the title it was given
      Given a hosted session with the options
        | page_title | Tea & cake for two at five o'clock |
      When the consumer opens the page
      Then the page bears the title "Tea & cake for two at five o'clock"

  @req:HPP-OPT-004 @needs:browser
  Rule: The background fits the browser

    Scenario Outline: A page on <device> has the background of its width
      Given a hosted session with the options
        | background_images | [{"url": "https://merchant.example/images/narrow.png", "width": 400}, {"url": "https://merchant.example/images/wide.png", "width": 1600}] |
      When the consumer <act>
      Then the background of the page is "https://merchant.example/images/<image>.png"

      Examples:
        | device    | act                       | image  |
        | a desktop | opens the page            | wide   |
        | a phone   | opens the page on a phone | narrow |

  @req:HPP-OPT-005 @needs:browser
  Rule: The subtotal can be hidden

    Scenario: A page that hides the subtotal shows none
      Given a hosted session with the options
        | show_subtotal_detail | HIDE |
      When the consumer opens the page
      Then the page shows no subtotal

  @req:HPP-OPT-006 @needs:browser
  Rule: The logo appears on the page

    Scenario: A page shows the logo it was given
      Given a hosted session with the options
        | logo_url | https://merchant.example/images/logo.png?size=2&set=tea |
      When the consumer opens the page
      Then the logo of the page is "https://merchant.example/images/logo.png?size=2&set=tea"

  @req:HPP-OPT-007 @needs:browser
  Rule: The pay button says what kind of purchase it is

    Scenario: The pay button of a rent reads otherwise than that of a buy
      Given a hosted session with the options
        | purchase_type | RENT |
      When the consumer opens the page
      Then the pay button reads otherwise than for BUY

  @req:HPP-OPT-008 @needs:browser
  Rule: Several categories are offered

    Scenario: A page with two categories offers those two
      Given a hosted session with the options
        | payment_method_categories | ["PAY_LATER", "PAY_NOW"] |
      When the consumer opens the page
      Then the page offers the categories "PAY_LATER, PAY_NOW"

  @req:HPP-OPT-009 @needs:browser @needs:outcome
  Rule: A decline falls back to other categories

    Scenario: A decline leads to the categories that were not chosen
      Given a hosted session with the options
        | payment_method_category | PAY_LATER |
        | payment_fallback        | true      |
      When the consumer is declined
      Then the page offers other categories than PAY_LATER

  @req:HPP-OPT-010
  Rule: The treatment of an unknown profile is open

    Scenario: What becomes of an unknown profile_id is recorded
      Given a payment session
      When the merchant creates a hosted session with an unknown profile_id
      Then what becomes of the unknown profile_id is recorded
